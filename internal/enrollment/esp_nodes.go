package enrollment

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// The nodes of the DMClient CSP (FirstSyncStatus) and of the
// EnrollmentStatusTracking CSP that the status page is driven by, by the short
// names that ESPProgress.Told knows them under. Names of the user's scope begin
// with ofUser.
const (
	nodeSkipDevice   = "SkipDeviceStatusPage"
	nodeSkipUser     = "SkipUserStatusPage"
	nodeBlock        = "BlockInStatusPage"
	nodeLogs         = "AllowCollectLogsButton"
	nodeText         = "CustomErrorText"
	nodeTimeout      = "TimeOutUntilSyncFailure"
	nodeApps         = "ExpectedMSIAppPackages"
	nodePolicies     = "ExpectedPolicies"
	nodeFinished     = "ServerHasFinishedProvisioning"
	nodeLeft         = "IsSyncDone"
	nodeProvider     = "Provider"
	nodeFirstSync    = "FirstSyncStatus"
	nodePreparation  = "DevicePreparation"
	nodeInstallation = "InstallationState"

	ofUser = "User/"
)

// BlockInStatusPage is a sum of these; 0 lets the user leave at any time.
const (
	blockReset = 1 << iota
	blockRetry
	blockContinue
)

// InstallationState of a device preparation provider.
const (
	preparing = "1"
	prepared  = "3"
)

const (
	// nodeThere is what ESPProgress.Told says of an interior node.
	nodeThere = "node"

	// listSeparator stands between the LocURIs of the Expected… nodes (DMClient CSP).
	listSeparator = "\uf000"

	formatText = "chr"
	formatInt  = "int"
	formatBool = "bool"
	formatNode = "node"

	mimeText = "text/plain"
)

// nodeFormats are the formats of the leaf nodes.
var nodeFormats = map[string]string{
	nodeSkipDevice: formatBool, nodeSkipUser: formatBool, nodeBlock: formatInt, nodeLogs: formatBool, nodeText: formatText, nodeTimeout: formatInt,
	nodeApps: formatText, nodePolicies: formatText, nodeFinished: formatBool, nodeInstallation: formatInt,
}

// nodeURI is the LocURI of a node.
func nodeURI(name string) string {
	const prefix = "/Vendor/MSFT/"
	scope := "./Device" + prefix
	if rest, ok := strings.CutPrefix(name, ofUser); ok {
		scope, name = "./User"+prefix, rest
	}
	const preparation = "EnrollmentStatusTracking/DevicePreparation/PolicyProviders/" + ProviderID
	const provider = "DMClient/Provider/" + ProviderID
	switch name {
	case nodePreparation:
		return scope + preparation
	case nodeInstallation:
		return scope + preparation + "/" + nodeInstallation
	case nodeProvider:
		return scope + provider
	case nodeFirstSync:
		return scope + provider + "/" + nodeFirstSync
	default:
		return scope + provider + "/" + nodeFirstSync + "/" + name
	}
}

// operation sets a node to a value, or adds it when it is an interior one.
func operation(name, value string) Operation {
	if value == nodeThere {
		return Operation{Verb: Add, URI: nodeURI(name), Format: formatNode}
	}
	return Operation{Verb: Replace, URI: nodeURI(name), Format: nodeFormats[strings.TrimPrefix(name, ofUser)], Type: mimeText, Data: &value}
}

// shortened is a value as ESPProgress.Told keeps it: lists are kept by their hash.
func shortened(value string) string {
	const longest = 40
	if len(value) <= longest {
		return value
	}
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

// expected is the value of an Expected… node; an app counts once.
func expected(tracked []Tracked, kind PolicyKind) string {
	var list []string
	for i := range tracked {
		if tracked[i].Kind != kind {
			continue
		}
		for _, n := range tracked[i].Nodes {
			if kind == PolicyMSI {
				n += ";1"
			}
			list = append(list, n)
		}
	}
	return strings.Join(list, listSeparator)
}

// blockFlags are the buttons of the error page.
func (e *ESP) blockFlags() string {
	if !e.Blocks {
		return "0"
	}
	flags := blockRetry
	if e.AllowReset {
		flags |= blockReset
	}
	if e.AllowUse {
		flags |= blockContinue
	}
	return strconv.Itoa(flags)
}

// mayLeave reports whether the user may go on although the page has failed.
func (e *ESP) mayLeave() bool { return !e.Blocks || e.AllowUse }

// defaultErrorText is what Windows shows when the configuration has no text.
const defaultErrorText = "Setup could not be completed. Please try again or contact your support person for help."

func (e *ESP) errorText() string {
	if e.CustomErrorMessage != "" {
		return e.CustomErrorMessage
	}
	return defaultErrorText
}

func (e *ESP) limit() time.Duration { return time.Duration(e.minutes()) * time.Minute }

// minutes is the time limit as the CSP takes it: 1 to 1440 minutes, 60 when the
// configuration has none.
func (e *ESP) minutes() int {
	const usual, longest = 60, 1440
	if e.TimeoutMinutes <= 0 {
		return usual
	}
	return min(e.TimeoutMinutes, longest)
}
