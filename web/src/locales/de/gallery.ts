export const gallery = { title: "Komponentengalerie", intro: "Jede Komponente der Site in ihren Zuständen." };
