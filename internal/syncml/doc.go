// Package syncml reads and writes OMA-DM messages: SyncML 1.2 documents as
// Windows and a management server exchange them.
//
//	SyncML
//	  SyncHdr   who, to whom, session and message number, credentials
//	  SyncBody  commands: Status and Results of the other side's commands, own
//	            commands, Final
//
// Decode is tolerant where real clients differ (either namespace, missing
// Meta, any order, elements nobody knows) and strict where a message could
// cost memory or mean two things (limits, repeated elements, no DTD). An
// element that is no command stays in the message as Unknown, because the
// answer has to refuse it with 400. Encode writes the same bytes for the same
// message, elements in the order of the DTD.
//
//	file           what it has
//	message.go     Message, Header, Command, Item, Data
//	shape.go       the kinds of command and which elements each one has
//	decode.go      Decode, Limits, the frame of a message
//	decodeparts.go commands, items and their meta information
//	reader.go      the walk over XML tokens, limits, errors with a place
//	inline.go      XML that stands in a Data element unescaped
//	encode.go      Message.Encode
//	reply.go       the frame of an answer and its Status elements
//	status.go      status codes
//	alert.go       alert codes and types
//	digest.go      syncml:auth-md5
//	locuri.go      LocURI paths, scopes, lists
//	assembler.go   large objects in chunks
//	error.go       Error
//
// What a command does, and which one comes when, is not known here: sessions
// are package mdm's work, HTTP too.
//
// Sources: OMA SyncML Representation Protocol 1.2 and its Device Management
// usage, OMA SyncML Meta-Information DTD 1.2, OMA Device Management Security
// 1.2; [MS-MDM]; Microsoft Learn, "OMA DM protocol support".
package syncml
