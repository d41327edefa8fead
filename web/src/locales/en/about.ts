import { texts } from "../texts";

export const about = texts("about", {
  title: "About",
  version: "Version",
  commit: "Commit",
  go: "Go",
  database: "Database",
  schema: "Schema",
  health: "Health",
  part: "Part",
  state: "State",
  meaning: "What it is",
  states: { good: "Good", busy: "Behind", failed: "Failed" },
  parts: { database: "Database", work: "Background work", authority: "Certificate authority" },
  meanings: {
    database: "It answers. All that is stored is in it.",
    work: "What follows from a change: members of dynamic groups, profiles of devices.",
    authority: "Signs this server's certificate.",
  },
  until: "Signs this server's certificate; good until {{time}}.",
  papers: "Papers",
  notices: "Licences of what it is made of",
  noticesText: "The notices of every library in the program and in these pages.",
  parity: "What differs from Microsoft's service",
  parityText: "Feature by feature: what is the same, what is not done, and the test that shows it.",
});
