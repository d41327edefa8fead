import { texts } from "../texts";
// The server's own sentences (internal/graph/explain_words_test.go).
import words from "./reasons.json";

export const reasons = texts("reasons", words);
