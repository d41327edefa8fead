// Graph-go lists the Autopilot devices of a tenant with Microsoft's Go SDK, the
// recipe of docs/clients/go.md. Its tests send the unmodified SDK through
// imports, people, groups, policies and batches: tools/compat starts a server
// and names it in TAXIWAY_COMPAT.
package main
