package graph

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// device is Graph's device, the Entra device object.
type device struct {
	Type                string             `json:"@odata.type,omitempty"`
	ETag                string             `json:"@odata.etag,omitempty"`
	ID                  string             `json:"id"`
	DeletedDateTime     *time.Time         `json:"deletedDateTime"`
	AccountEnabled      bool               `json:"accountEnabled"`
	LastSignIn          *time.Time         `json:"approximateLastSignInDateTime"`
	CreatedDateTime     time.Time          `json:"createdDateTime"`
	DeviceCategory      *string            `json:"deviceCategory"`
	DeviceID            string             `json:"deviceId"`
	DeviceOwnership     *string            `json:"deviceOwnership"`
	DisplayName         string             `json:"displayName"`
	EnrollmentProfile   *string            `json:"enrollmentProfileName"`
	EnrollmentType      *string            `json:"enrollmentType"`
	IsCompliant         *bool              `json:"isCompliant"`
	IsManaged           *bool              `json:"isManaged"`
	IsRooted            *bool              `json:"isRooted"`
	ManagementType      *string            `json:"managementType"`
	Manufacturer        *string            `json:"manufacturer"`
	MDMAppID            *string            `json:"mdmAppId"`
	Model               *string            `json:"model"`
	OperatingSystem     *string            `json:"operatingSystem"`
	OSVersion           *string            `json:"operatingSystemVersion"`
	PhysicalIDs         []string           `json:"physicalIds"`
	ProfileType         *string            `json:"profileType"`
	RegistrationTime    *time.Time         `json:"registrationDateTime"`
	SystemLabels        []string           `json:"systemLabels"`
	TrustType           *string            `json:"trustType"`
	ExtensionAttributes map[string]*string `json:"extensionAttributes"`
}

var deviceTable = &odata.Table{
	Name: "microsoft.graph.device", Directory: true,
	Properties: append([]odata.Property{
		prop("id", odata.GUID, filter|sorted|advanced|readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("accountEnabled", odata.Bool, filter),
		prop("approximateLastSignInDateTime", odata.Time, filter|sorted|advanced|readOnly),
		prop("createdDateTime", odata.Time, filter|sorted|advanced|readOnly),
		prop("deviceCategory", odata.String, filter),
		prop("deviceId", odata.GUID, filter|search|readOnly),
		prop("deviceOwnership", odata.String, filter),
		prop("displayName", odata.String, filter|sorted|advanced|search),
		prop("enrollmentProfileName", odata.String, filter|readOnly),
		prop("enrollmentType", odata.String, readOnly),
		prop("isCompliant", odata.Bool, readOnly),
		prop("isManaged", odata.Bool, readOnly),
		prop("isRooted", odata.Bool, filter|readOnly),
		prop("managementType", odata.String, filter|readOnly),
		prop("manufacturer", odata.String, filter),
		prop("mdmAppId", odata.String, filter|readOnly),
		prop("model", odata.String, filter),
		prop("operatingSystem", odata.String, filter|sorted|advanced),
		prop("operatingSystemVersion", odata.String, filter|sorted|advanced),
		prop("physicalIds", odata.Strings, filter|readOnly),
		prop("profileType", odata.String, filter),
		prop("registrationDateTime", odata.Time, filter|sorted|advanced|readOnly),
		prop("systemLabels", odata.Strings, filter|readOnly),
		prop("trustType", odata.String, filter|readOnly),
		nested("extensionAttributes", "microsoft.graph.onPremisesExtensionAttributes", 0),
	}, extensionProperties("extensionAttributes")...),
}

// extensionProperties are the members of extensionAttributes, for $filter.
func extensionProperties(parent string) []odata.Property {
	out := make([]odata.Property, 15)
	for n := range out {
		out[n] = prop(parent+"/extensionAttribute"+strconv.Itoa(n+1), odata.String, filter)
	}
	return out
}

// notKeptOnDevices are further properties of Graph's device that clients send back.
var notKeptOnDevices = []string{
	"alternativeSecurityIds", "complianceExpirationDateTime", "deviceMetadata", "deviceVersion", "onPremisesLastSyncDateTime", "onPremisesSecurityIdentifier",
	"onPremisesSyncEnabled", "alternativeNames", "domainName", "externalSourceName", "hostnames", "sourceType", "isManagementRestricted",
}

// setElsewhere names what decides a property that a client may want to change
// on the device object and cannot; ignoring the attempt would mislead.
var setElsewhere = map[string]string{
	"physicalIds": "Change the group tag of the Windows Autopilot registration with updateDeviceProperties; [OrderID] follows it.",
	"deviceId":    "A device keeps its device id; delete and register it anew.",
	"trustType":   "The trust type is set when the PC joins.",
}

// The attributes of a device that have another name in the rule language.
const (
	attributeCategory     = "deviceCategory"
	attributeProfileName  = "enrollmentProfileName"
	attributeManagement   = "managementType"
	attributeManufacturer = "deviceManufacturer"
	attributeMDMApp       = "deviceManagementAppId"
	attributeModel        = "deviceModel"
	attributeProfileType  = "profileType"
)

func deviceWire(d *directory.Device) device {
	at := func(name string) *string { return orNull(d.Attributes[name]) }
	w := device{
		ETag: etagOf(d.Version), ID: string(d.ID), AccountEnabled: d.AccountEnabled, LastSignIn: timeOrNull(d.LastSeen),
		CreatedDateTime: d.CreatedAt.UTC(), RegistrationTime: timeOrNull(d.RegisteredAt),
		DeviceCategory: at(attributeCategory), DeviceID: string(d.DeviceID), DeviceOwnership: orNull(d.DeviceOwnership), DisplayName: d.DisplayName,
		EnrollmentProfile: at(attributeProfileName), ManagementType: at(attributeManagement), Manufacturer: at(attributeManufacturer),
		MDMAppID: at(attributeMDMApp), Model: at(attributeModel), OperatingSystem: orNull(d.OperatingSystem), OSVersion: orNull(d.OperatingSystemVersion),
		PhysicalIDs: append([]string{}, d.PhysicalIDs...), ProfileType: at(attributeProfileType), SystemLabels: append([]string{}, d.SystemLabels...),
		TrustType: orNull(d.TrustType), ExtensionAttributes: extensionsWire(d.Attributes),
	}
	if managed := d.Attributes[attributeManagement] != ""; managed {
		w.IsManaged, w.IsRooted = &managed, &d.IsRooted
	}
	return w
}

// extensionsWire is the fifteen extension attributes, null where none is set.
func extensionsWire(attributes map[string]string) map[string]*string {
	out := make(map[string]*string, 15)
	for n := range 15 {
		name := "extensionAttribute" + strconv.Itoa(n+1)
		out[name] = orNull(attributes[name])
	}
	return out
}

// readExtensions applies extensionAttributes; what was not sent stays.
func readExtensions(r *reader, property string, set func(name, value string)) error {
	o, ok := r.inner(property)
	if !ok {
		return r.err
	}
	names := slices.Sorted(maps.Keys(extensionsWire(nil)))
	if err := knownNames(o, property+"/", names...); err != nil {
		return err
	}
	in := reader{o: o, prefix: property + "/"}
	for _, name := range names {
		if v := in.optional(name); v != nil {
			set(name, *v)
		}
	}
	return in.err
}

var devices = &resource[directory.Device]{
	path: "devices", table: deviceTable, paging: directoryPaging, read: stored(Lists.ListDevices), show: each(deviceWire), find: (*call).device,
	key:    func(_ *call, d *directory.Device) (string, int64) { return string(d.ID), d.Version },
	update: updateDevice,
	remove: func(c *call, match int64) error {
		d, err := c.device()
		if err != nil {
			return err
		}
		return c.h.Directory.DeleteDevice(c.ctx(), c.tenant, d.ID, match)
	},
}

// device finds a device object by its object id or, as devices(deviceId='…'),
// by its device id.
func (c *call) device() (directory.Device, error) {
	id := c.keys["id"]
	if c.keys[altKey] == "" {
		d, err := c.h.Objects.GetDevice(c.ctx(), c.tenant, directory.ObjectID(id))
		return d, missing(err, "device", id, "List the devices to find the right object id; a device id goes into devices(deviceId='…').")
	}
	page, err := c.h.Lists.ListDevices(c.ctx(), c.tenant, byKey(deviceTable, "deviceId", strings.ToLower(id)))
	if err != nil {
		return directory.Device{}, err
	}
	if len(page.Items) == 0 {
		return directory.Device{}, notFound("device", id, "List the devices to find the right device id.")
	}
	return page.Items[0], nil
}

func updateDevice(c *call, match int64, o odata.Object) (directory.Device, error) {
	if err := knows(o, "", deviceTable, notKeptOnDevices...); err != nil {
		return directory.Device{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(setElsewhere)) {
		if o.Has(name) {
			return directory.Device{}, fault.Field(fault.Invalid, "ReadOnlyProperty", name, "The property '"+name+"' of a device cannot be set.", setElsewhere[name])
		}
	}
	d, err := c.device()
	if err != nil {
		return d, err
	}
	if err := c.mayEditDevice(o); err != nil {
		return d, err
	}
	return c.h.Directory.UpdateDevice(c.ctx(), c.tenant, d.ID, match, func(d *directory.Device) error { return readDevice(o, d) })
}

// mayEditDevice keeps a Cloud Device Administrator to the state of devices:
// the role manages no other property of them.
func (c *call) mayEditDevice(o odata.Object) error {
	full := []string{string(directory.IntuneAdministrator), string(directory.GlobalAdministrator)}
	if c.principal.Kind != access.User || c.principal.HasRole(full...) {
		return nil
	}
	for name := range o {
		if name != "accountEnabled" {
			return lacksRole(c.principal, roleNames(full))
		}
	}
	return nil
}

// readDevice applies a body to a device object.
func readDevice(o odata.Object, d *directory.Device) error {
	r := reader{o: o}
	set := func(name, value string) {
		if d.Attributes == nil {
			d.Attributes = map[string]string{}
		}
		if value == "" {
			delete(d.Attributes, name)
		} else {
			d.Attributes[name] = value
		}
	}
	r.flag("accountEnabled", &d.AccountEnabled)
	r.text("displayName", &d.DisplayName)
	r.text("deviceOwnership", &d.DeviceOwnership)
	r.text("operatingSystem", &d.OperatingSystem)
	r.text("operatingSystemVersion", &d.OperatingSystemVersion)
	for graph, attribute := range map[string]string{
		"deviceCategory": attributeCategory, "manufacturer": attributeManufacturer, "model": attributeModel, "profileType": attributeProfileType,
	} {
		if v := r.optional(graph); v != nil {
			set(attribute, *v)
		}
	}
	if err := readExtensions(&r, "extensionAttributes", set); err != nil {
		return err
	}
	return r.err
}

func (h *Handler) listDeviceGroups(c *call) error {
	d, err := c.device()
	if err != nil {
		return err
	}
	return c.listGroupsOf(d.ID)
}
