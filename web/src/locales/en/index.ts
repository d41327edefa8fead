import { about } from "./about";
import { affected } from "./affected";
import { apps } from "./apps";
import { audit } from "./audit";
import { autopilot } from "./autopilot";
import { branding } from "./branding";
import { bulk } from "./bulk";
import { call } from "./call";
import { common } from "./common";
import { device } from "./device";
import { devices } from "./devices";
import { enrollment } from "./enrollment";
import { esp } from "./esp";
import { frame } from "./frame";
import { gallery } from "./gallery";
import { groups } from "./groups";
import { guide } from "./guide";
import { history } from "./history";
import { home } from "./home";
import { importing } from "./importing";
import { later } from "./later";
import { live } from "./live";
import { lab } from "./lab";
import { join } from "./join";
import { mdm } from "./mdm";
import { palette } from "./palette";
import { people } from "./people";
import { menu } from "./menu";
import { monitor } from "./monitor";
import { problem } from "./problem";
import { profile } from "./profile";
import { profiles } from "./profiles";
import { reasons } from "./reasons";
import { rules } from "./rules";
import { sample } from "./sample";
import { screens } from "./screens";
import { unsaved } from "./unsaved";
import { why } from "./why";
import { windows } from "./windows";
import { wizard } from "./wizard";

/** Every text of the site, in English. Labels are those of Microsoft's admin
 * centre, so that its instructions can be followed word for word. */
export const en = {
  about,
  affected,
  apps,
  audit,
  autopilot,
  branding,
  bulk,
  call,
  common,
  device,
  devices,
  enrollment,
  esp,
  frame,
  gallery,
  groups,
  guide,
  history,
  home,
  importing,
  later,
  live,
  lab,
  join,
  mdm,
  palette,
  people,
  menu,
  monitor,
  problem,
  profile,
  profiles,
  reasons,
  rules,
  sample,
  screens,
  unsaved,
  why,
  windows,
  wizard,
};

type Text<T> = { [K in keyof T]: T[K] extends string ? string : Text<T[K]> };

/** What every other language has to have. */
export type Catalogue = Text<typeof en>;
