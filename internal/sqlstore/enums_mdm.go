package sqlstore

import "taxiway/internal/enrollment"

// The first value of each is what a row without one reads as.
var (
	mdmKinds  = enum[enrollment.Kind]{"way of enrolment", []enrollment.Kind{enrollment.KindUnknown, enrollment.KindUser, enrollment.KindEntraJoin, enrollment.KindAutomatic, enrollment.KindBulk}}
	mdmProofs = enum[enrollment.Proof]{"proof of enrolment", []enrollment.Proof{"", enrollment.ProofEntra, enrollment.ProofFederated, enrollment.ProofOnPremise, enrollment.ProofCertificate}}
	mdmOwners = enum[enrollment.Owner]{"owner of a device", []enrollment.Owner{enrollment.OwnerUnknown, enrollment.OwnerCompany, enrollment.OwnerPersonal}}
	mdmStates = enum[enrollment.Management]{"management state", []enrollment.Management{enrollment.Managed, enrollment.RetirePending, enrollment.RetireIssued, enrollment.WipePending, enrollment.WipeIssued, enrollment.Unenrolled}}
	// The numbers of the two open states are in the schema: state < 3.
	commandStates    = enum[enrollment.CommandState]{"command state", []enrollment.CommandState{"", enrollment.Queued, enrollment.Sent, enrollment.Done, enrollment.Failed, enrollment.Cancelled, enrollment.Unconfirmed}}
	commandOwners    = enum[enrollment.OwnerKind]{"command owner", []enrollment.OwnerKind{"", enrollment.OwnerInventory, enrollment.OwnerESP, enrollment.OwnerPolicy, enrollment.OwnerApp, enrollment.OwnerAction, enrollment.OwnerHardware, enrollment.OwnerEnrolment}}
	policyKinds      = enum[enrollment.PolicyKind]{"policy kind", []enrollment.PolicyKind{"", enrollment.PolicyESP, enrollment.PolicyLimit, enrollment.PolicyPlatform, enrollment.PolicyHello, enrollment.PolicyCustom, enrollment.PolicyMSI, enrollment.PolicySingle}}
	policyTargets    = enum[enrollment.Target]{"assignment target", []enrollment.Target{"", enrollment.TargetGroup, enrollment.TargetExclusion, enrollment.TargetAllDevices, enrollment.TargetAllUsers}}
	intents          = enum[enrollment.Intent]{"install intent", []enrollment.Intent{enrollment.IntentNone, enrollment.IntentRequired, enrollment.IntentAvailable, enrollment.IntentUninstall}}
	compliances      = enum[enrollment.Compliance]{"compliance", []enrollment.Compliance{enrollment.ComplianceUnknown, enrollment.ComplianceCompliant, enrollment.ComplianceInstalled, enrollment.ComplianceNotCompliant, enrollment.ComplianceNotInstalled, enrollment.ComplianceError}}
	deploymentStates = enum[enrollment.DeploymentState]{"deployment state", []enrollment.DeploymentState{enrollment.DeploymentUnknown, enrollment.DeploymentSuccess, enrollment.DeploymentInProgress, enrollment.DeploymentFailure, enrollment.DeploymentNotAttempted, enrollment.DeploymentDisabled, enrollment.DeploymentSuccessTimeout, enrollment.DeploymentSuccessRetry}}
)
