// What the server sends of a virtual PC (internal/virtualpc/screen). The names
// are those of the PC's own setup; this page only draws them.

export type Network = "none" | "wifi" | "wired";
export type Pace = "real" | "tenfold" | "instant";

export interface Row {
  name: string;
  state: "Waiting" | "Identifying" | "Working on it" | "Complete" | "Error";
  done?: number;
  total?: number;
  rows?: Row[];
}

export interface Fault {
  code: string;
  eventId?: number;
  words: string;
  said?: string;
  next: string;
}

export interface Screen {
  name: string;
  title: string;
  heading: string;
  text?: string;
  fields?: { name: string; label: string; value?: string; choice?: string[]; secret?: boolean; fixed?: boolean }[];
  buttons?: string[];
  rows?: Row[];
  notes?: string[];
  why: string;
  error?: Fault;
  events: string[];
}

export interface WebPage {
  kind: "address" | "password" | "code" | "new-password" | "authenticator" | "recovery-codes" | "consent" | "terms" | "accounts" | "error" | "other";
  heading: string;
  lines?: string[];
  error?: string;
  organization?: string;
  logo?: string;
  background?: string;
  footer?: string;
  account?: string;
  secret?: string;
  mayDecline?: boolean;
  buttons?: string[];
}

export interface Call {
  at: string;
  step: string;
  method: string;
  address: string;
  status?: number;
  took: number;
  sent?: string;
  said?: string;
  problem?: string;
}

export interface Check {
  setting: "joinType" | "licenseTerms" | "privacySettings" | "accountType" | "keyboard" | "nameTemplate";
  want: string;
  got: string;
  ok: boolean;
}

export interface Outcome {
  computerName: string;
  account?: string;
  accountType?: string;
  localGroups: string[];
  organization?: string;
  joined: boolean;
  deviceId?: string;
  managed: boolean;
  managedWhy?: string;
  profile?: string;
  profileStatus: string;
  phases: { step: string; took: number; text: string; ok: boolean }[];
  apps: string[];
  checks: Check[];
  boots: number;
}

export interface Frame {
  version: number;
  pc: { name: string; serialNumber: string; manufacturer: string; model: string; hasTpm: boolean; windows: string; look: number; language: string; keyboard: string };
  power: "on" | "off";
  at?: string;
  screen?: Screen;
  page?: WebPage;
  doing?: string;
  turn?: number;
  refused?: string;
  ended?: string;
  network: Network;
  online: boolean;
  plugged: boolean;
  pace: Pace;
  visits: { name: string; title: string; shown: boolean; why: string }[];
  calls: Call[];
  faults: string[];
  outcome?: Outcome;
}

/** What a person does at the PC. */
export interface Action {
  do: "on" | "off" | "restart" | "reset" | "swap" | "answer" | "page" | "plug" | "pace" | "inject";
  turn?: number;
  event?: string;
  value?: string;
  text?: string;
  button?: string;
  typed?: string;
  next?: string;
  yes?: boolean;
  plugged?: boolean;
  pace?: Pace;
  network?: Network;
  fault?: string;
  seconds?: number;
  times?: number;
  status?: number;
}
