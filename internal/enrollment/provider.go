package enrollment

// ProviderID names this server in a PC's settings: the provisioning document's
// PROVIDER-ID, and the part of every DMClient and status page address below
// ./Vendor/MSFT (w7 APPLICATION CSP, DMClient CSP).
const ProviderID = "taxiway"
