export const history = {
  title: "Verlauf",
  when: "Wann",
  who: "Wer",
  what: "Was",
  old: "Vorher",
  new: "Nachher",
  created: "Erstellt",
  empty: "Es wurde noch nichts aufgezeichnet.",
};
