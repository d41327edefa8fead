// Package web holds the built admin site. Its sources are TypeScript, below
// src; "make build" builds them into dist first. Without that step dist is
// empty, the program still builds, and its admin site says what is missing.
package web
