import { queryOptions } from "@tanstack/react-query";
import { graph } from "../../../lib/graph";
import type { MemberKind, RuleProperty } from "../rule/rows";
import type { Member } from "./members";

/** What rules may name; it changes only with the server. */
export const languageQuery = queryOptions({
  queryKey: ["ruleProperties"],
  staleTime: Infinity,
  queryFn: async ({ signal }) => (await graph.get<{ value: RuleProperty[] }>("/beta/groups/membershipRuleProperties", signal)).value,
});

export interface Preview {
  memberType: MemberKind | null;
  membershipRuleError: { code: string; message: string; remedy: string; position: number; length: number; expected: string[] } | null;
  membershipRuleWarnings: { position: number; message: string }[];
  matchingCount: number;
  evaluatedCount: number;
  isComplete: boolean;
  members: Member[];
}

/** Whom a rule would take now, or where it is wrong. */
export const previewQuery = (membershipRule: string) =>
  queryOptions({
    queryKey: ["rulePreview", membershipRule],
    queryFn: ({ signal }) => graph.post<Preview>("/beta/groups/previewDynamicMembership", { membershipRule }, signal),
    placeholderData: (old) => old,
  });

export interface Explanation {
  expression: string;
  expressionResult: boolean;
  propertyToEvaluate: { propertyName: string; propertyValue: string } | null;
  expressionEvaluationDetails: Explanation[];
}

export interface Verdict {
  membershipRuleEvaluationResult: boolean;
  membershipRuleEvaluationDetails: Explanation;
}

/** What a rule says about one device or person, part by part. */
export const verdictQuery = (membershipRule: string, memberId: string) =>
  queryOptions({
    queryKey: ["ruleVerdict", membershipRule, memberId],
    queryFn: ({ signal }) => graph.post<Verdict>("/beta/groups/evaluateDynamicMembership", { memberId, membershipRule }, signal),
  });

/** The parts that decided: for somebody who is not in the group those that
 * failed, for a member those that hold. */
export function deciding(e: Explanation): Explanation[] {
  const parts = e.expressionEvaluationDetails.filter((d) => d.expressionResult === e.expressionResult);
  // Under -any and -all the parts are the elements of one property: it is the clause.
  return parts.length === 0 || e.propertyToEvaluate !== null ? [e] : parts.flatMap(deciding);
}
