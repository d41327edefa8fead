export const gallery = { title: "Component gallery", intro: "Every component of the site in its states." } as const;
