import { toText, type RuleProperty } from "./rows";

/** The rule that takes every registered device, in the spelling of Microsoft's
 * instructions. */
export const allAutopilot = '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))';

const physical = (value: string, language: readonly RuleProperty[]) => toText([{ join: "and", property: "device.devicePhysicalIds", operator: "-any -eq", value }], language);

export const byGroupTag = (tag: string, language: readonly RuleProperty[]) => physical(`[OrderID]:${tag}`, language);
export const byPurchaseOrder = (order: string, language: readonly RuleProperty[]) => physical(`[PurchaseOrderId]:${order}`, language);
