import { texts } from "../texts";

export const gallery = texts("gallery", { title: "Component gallery", intro: "Every component of the site in its states." });
