package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

var filterTests = []autopilotTest{
	{"random filters on registered devices find what Match finds", filterRegistrations},
	{"random filters on device objects find what Match finds", filterObjects},
	{"random filters on groups find what Match finds", filterGroups},
	{"random filters on import rows find what Match finds", filterImports},
}

// gen makes random filters whose constants often meet the rows.
type gen struct {
	*rand.Rand
	texts  []string
	guids  []string
	moment []time.Time
}

func (w *world) newGen() *gen {
	seed := uint64(w.now.UnixNano()) ^ rand.Uint64()
	w.Logf("seed %d", seed)
	return &gen{
		Rand:  rand.New(rand.NewPCG(seed, 1)),
		texts: []string{"a", "A", "b", "ab", "aB c", "Ä", "ä", "äÖ", "K", "\u212a", "\u0130", "i", "%", "_", `\`, "a%b", "100_", "'", "[", "Windows", "win", "ZZ", "\U0010ffff", "a\U0010ffff"},
	}
}

func pick[T any](g *gen, from []T) T { return from[g.IntN(len(from))] }

// text is a text for a row: empty now and then.
func (g *gen) text() string {
	switch g.IntN(5) {
	case 0:
		return ""
	case 1:
		return pick(g, g.texts) + pick(g, g.texts)
	default:
		return pick(g, g.texts)
	}
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// filter writes a random filter over the table.
func (g *gen) filter(t *odata.Table, depth int) string {
	if depth > 0 {
		switch g.IntN(5) {
		case 0:
			return "not (" + g.filter(t, depth-1) + ")"
		case 1:
			return "(" + g.filter(t, depth-1) + ") and (" + g.filter(t, depth-1) + ")"
		case 2:
			return "(" + g.filter(t, depth-1) + ") or (" + g.filter(t, depth-1) + ")"
		}
	}
	return g.leaf(&t.Properties[g.IntN(len(t.Properties))])
}

func (g *gen) leaf(p *odata.Property) string {
	compare := []string{"eq", "ne", "gt", "ge", "lt", "le"}
	switch p.Type {
	case odata.String:
		return g.textLeaf(p.Name, compare)
	case odata.GUID:
		if g.IntN(4) == 0 {
			return p.Name + " in (" + pick(g, g.guids) + "," + pick(g, g.guids) + ")"
		}
		return p.Name + " " + pick(g, compare[:2]) + " " + pick(g, append([]string{"null"}, g.guids...))
	case odata.Bool:
		return p.Name + " " + pick(g, compare[:2]) + " " + pick(g, []string{"true", "false"})
	case odata.Int:
		return p.Name + " " + pick(g, compare) + " " + strconv.Itoa(g.IntN(3)+805)
	case odata.Time:
		at := pick(g, g.moment).Add(pick(g, []time.Duration{0, 0, 1, 100, -100, time.Microsecond, -time.Microsecond}))
		if at.Before(time.Time{}) { // no filter can say it
			at = time.Time{}
		}
		return p.Name + " " + pick(g, compare) + " " + at.UTC().Format("2006-01-02T15:04:05.000000000Z")
	case odata.Enum:
		return p.Name + " " + pick(g, compare[:2]) + " " + quote(pick(g, p.Enum))
	case odata.Strings:
		return p.Name + pick(g, []string{"/any", "/all"}) + "(p:" + g.textLeaf("p", compare[:2]) + ")"
	default:
		return p.Name + " eq null"
	}
}

func (g *gen) textLeaf(name string, compare []string) string {
	want := pick(g, append(g.texts, g.guids...))
	if g.IntN(4) == 0 && strings.Contains(name, "p") && len(name) == 1 {
		prefix := pick(g, []string{"[ZTDId]", "[ztdid]:", "[OrderID]:", "[orderid]", "[", "[ZTDID]:" + pick(g, g.guids), "[OrderID]:" + want})
		return pick(g, []string{"startswith(p," + quote(prefix) + ")", "p eq " + quote(prefix)})
	}
	switch g.IntN(6) {
	case 0, 1, 2:
		return pick(g, []string{"contains", "startswith", "endswith"}) + "(" + name + "," + quote(want) + ")"
	case 3:
		return name + " in (" + quote(want) + "," + quote(pick(g, g.texts)) + ")"
	default:
		return name + " " + pick(g, compare) + " " + quote(want)
	}
}

// agree runs random filters against a list and against Match over the rows.
func agree[T any](w *world, g *gen, t *odata.Table, list func(*odata.Query) (odata.List[T], error), rows []T, id func(*T) string, get func(*T, string) any) {
	w.Helper()
	for range 80 {
		raw := "$filter=" + escape(g.filter(t, g.IntN(4))) + fmt.Sprint("&$top=", 1+g.IntN(40))
		q := w.query(t, raw)
		var want, got []string
		for i := range rows {
			if q.Filter.Match(func(name string) any { return get(&rows[i], name) }) {
				want = append(want, id(&rows[i]))
			}
		}
		for _, x := range all(w, list, q) {
			got = append(got, id(&x))
		}
		q.Count = true
		l, err := list(q)
		w.ok(err)
		if !slices.Equal(got, want) || l.Count != int64(len(want)) {
			w.Fatalf("%s\ncounts %d and finds %q\nMatch finds    %q", q.Filter, l.Count, got, want)
		}
	}
}

// escape percent-encodes what would end the option.
func escape(s string) string {
	return strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23").Replace(s)
}

func blank(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func filterRegistrations(w *world) {
	g := w.newGen()
	g.moment = []time.Time{{}, w.now, w.now.Add(time.Hour), time.Unix(0, 0)}
	g.guids = []string{"00000000-0000-0000-0000-000000000000"}
	regs := make([]autopilot.Registration, 60)
	for i := range regs {
		r := w.registration(g.text())
		r.GroupTag, r.PurchaseOrder, r.Manufacturer, r.Model, r.UserPrincipalName, r.DisplayName = g.text(), g.text(), g.text(), g.text(), g.text(), g.text()
		r.LastContact, r.AssignedAt = pick(g, g.moment[:3]), pick(g, g.moment[:3])
		r.Enrollment = pick(g, []autopilot.EnrollmentState{autopilot.EnrollmentUnknown, autopilot.EnrollmentEnrolled, autopilot.EnrollmentBlocked})
		r.Decided = pick(g, []autopilot.AssignmentStatus{autopilot.StatusNotAssigned, autopilot.StatusAssignedInSync, autopilot.StatusFailed})
		r.Remediation = pick(g, []autopilot.RemediationState{autopilot.RemediationNone, autopilot.RemediationAutomatic, autopilot.RemediationManual})
		if g.IntN(2) == 0 {
			r.ManagedDeviceID = w.id()
			g.guids = append(g.guids, r.ManagedDeviceID)
		}
		g.guids = append(g.guids, string(r.ID))
		regs[i] = r
	}
	w.register(regs...)
	w.tx(func(tx autopilot.Tx) error {
		return tx.MarkDirty(w.ctx, w.tenant, directory.TopicDevice, []directory.ObjectID{regs[3].Object, regs[30].Object}, 0, w.lease())
	})
	rows, err := w.store.ListRegisteredDevices(w.ctx, w.tenant, "", 100)
	w.ok(err)
	agree(w, g, deviceTable, w.devices, rows, func(d *autopilot.Device) string { return string(d.ID) }, func(d *autopilot.Device, name string) any {
		managed := d.ManagedDeviceID
		if managed == "" {
			managed = g.guids[0]
		}
		return map[string]any{
			"id": d.ID, "serialNumber": d.SerialNumber, "groupTag": d.GroupTag, "purchaseOrderIdentifier": d.PurchaseOrder, "manufacturer": d.Manufacturer,
			"model": d.Model, "userPrincipalName": d.UserPrincipalName, "displayName": d.DisplayName, "resourceName": "", "lastContactedDateTime": d.LastContact,
			"deploymentProfileAssignedDateTime": d.AssignedAt, "enrollmentState": d.Enrollment, "deploymentProfileAssignmentStatus": d.Status,
			"remediationState": d.Remediation, "azureActiveDirectoryDeviceId": d.EntraDeviceID, "managedDeviceId": managed,
		}[name]
	})
}

func filterObjects(w *world) {
	g := w.newGen()
	g.moment = []time.Time{w.now, w.now.Add(time.Hour)}
	g.guids = []string{"00000000-0000-0000-0000-000000000000"}
	var rows []directory.Device
	var regs []autopilot.Registration
	for range 60 {
		r := w.registration("x")
		d := directory.Device{
			ID: r.Object, DeviceID: r.EntraDeviceID, DisplayName: g.text(), OperatingSystem: g.text(), TrustType: g.text(), AccountEnabled: g.IntN(2) == 0,
			Attributes: map[string]string{}, CreatedAt: pick(g, g.moment), Version: 1,
		}
		if g.IntN(2) == 0 {
			d.LastSeen = pick(g, g.moment)
		}
		for _, name := range []string{"deviceManufacturer", "enrollmentProfileName"} {
			if v := g.text(); v != "" {
				d.Attributes[name] = v
			}
		}
		if g.IntN(2) == 0 {
			d.PhysicalIDs = append(d.PhysicalIDs, "[HWID]:h:"+pick(g, g.texts))
		}
		if g.IntN(2) == 0 {
			d.SetPhysicalID(directory.PhysicalZTDID, string(r.ID))
			d.SetPhysicalID(directory.PhysicalOrderID, g.text())
			regs = append(regs, r)
			g.guids = append(g.guids, string(r.ID))
		}
		g.guids = append(g.guids, string(d.ID))
		rows = append(rows, d)
	}
	w.tx(func(tx autopilot.Tx) error {
		if err := tx.CreateDevices(w.ctx, w.tenant, rows); err != nil {
			return err
		}
		return tx.CreateRegistrations(w.ctx, w.tenant, regs)
	})
	list := func(q *odata.Query) (odata.List[directory.Device], error) { return w.s.ListDevices(w.ctx, w.tenant, q) }
	agree(w, g, objectTable, list, rows, func(d *directory.Device) string { return string(d.ID) }, func(d *directory.Device, name string) any {
		var seen any
		if !d.LastSeen.IsZero() {
			seen = d.LastSeen
		}
		return map[string]any{
			"id": d.ID, "deviceId": d.DeviceID, "displayName": blank(d.DisplayName), "operatingSystem": blank(d.OperatingSystem), "trustType": blank(d.TrustType),
			"manufacturer": blank(d.Attributes["deviceManufacturer"]), "enrollmentProfileName": blank(d.Attributes["enrollmentProfileName"]),
			"accountEnabled": d.AccountEnabled, "createdDateTime": d.CreatedAt, "approximateLastSignInDateTime": seen, "physicalIds": d.PhysicalIDs,
		}[name]
	})
}

func filterGroups(w *world) {
	g := w.newGen()
	g.texts = append(g.texts, "DynamicMembership", "dynamic")
	g.moment = []time.Time{w.now, w.now.Add(time.Hour)}
	var rows []directory.Group
	for range 40 {
		x := w.group(pick(g, g.texts))
		x.Description, x.MailNickname, x.CreatedAt = g.text(), g.text(), pick(g, g.moment)
		x.Kind = pick(g, []directory.GroupKind{directory.Assigned, directory.DynamicDevice, directory.DynamicUser})
		if x.Dynamic() {
			x.Rule, x.Processing = pick(g, g.texts), pick(g, []directory.Processing{directory.ProcessingOn, directory.ProcessingPaused})
		}
		g.guids = append(g.guids, string(x.ID))
		rows = append(rows, x)
	}
	w.tx(func(tx autopilot.Tx) error {
		for _, x := range rows {
			if err := tx.CreateGroup(w.ctx, w.tenant, x); err != nil {
				return err
			}
		}
		return nil
	})
	list := func(q *odata.Query) (odata.List[directory.Group], error) { return w.s.ListGroups(w.ctx, w.tenant, q) }
	agree(w, g, groupTable, list, rows, func(x *directory.Group) string { return string(x.ID) }, func(x *directory.Group, name string) any {
		types := []string{}
		if x.Dynamic() {
			types = []string{"DynamicMembership"}
		}
		return map[string]any{
			"id": x.ID, "displayName": blank(x.DisplayName), "description": blank(x.Description), "mailNickname": blank(x.MailNickname), "membershipRule": blank(x.Rule),
			"securityEnabled": true, "mailEnabled": false, "createdDateTime": x.CreatedAt, "groupTypes": types, "membershipRuleProcessingState": blank(string(x.Processing)),
			"membershipType": string(x.Kind),
		}[name]
	})
}

func filterImports(w *world) {
	g := w.newGen()
	var rows []autopilot.ImportedDevice
	for range 40 {
		r := autopilot.ImportedDevice{
			ID: autopilot.ImportID(w.id()), Batch: g.text(), SerialNumber: g.text(), GroupTag: g.text(), CreatedAt: w.now,
			Status:    pick(g, []autopilot.ImportStatus{autopilot.ImportComplete, autopilot.ImportError, autopilot.ImportPartial}),
			ErrorCode: pick(g, []int{0, 806, 808}), ErrorName: g.text(), Registration: autopilot.DeviceID(w.id()),
		}
		g.guids = append(g.guids, string(r.ID), string(r.Registration))
		rows = append(rows, r)
	}
	w.tx(func(tx autopilot.Tx) error { return tx.CreateImports(w.ctx, w.tenant, rows) })
	list := func(q *odata.Query) (odata.List[autopilot.ImportedDevice], error) {
		return w.s.ListImports(w.ctx, w.tenant, q)
	}
	agree(w, g, importTable, list, rows, func(r *autopilot.ImportedDevice) string { return string(r.ID) }, func(r *autopilot.ImportedDevice, name string) any {
		return map[string]any{
			"id": r.ID, "serialNumber": r.SerialNumber, "groupTag": r.GroupTag, "importId": r.Batch, "state/deviceRegistrationId": r.Registration,
			"state/deviceImportStatus": r.Status, "state/deviceErrorCode": r.ErrorCode, "state/deviceErrorName": r.ErrorName,
		}[name]
	})
}
