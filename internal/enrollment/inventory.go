package enrollment

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// Nodes of the DevInfo, DevDetail and DeviceStatus CSPs that this server reads.
const (
	nodeManufacturer = "./DevInfo/Man"
	nodeModel        = "./DevInfo/Mod"
	nodeOSVersion    = "./DevDetail/SwV"
	nodeDeviceName   = "./DevDetail/Ext/Microsoft/DeviceName"
	nodeSerial       = "./DevDetail/Ext/Microsoft/SMBIOSSerialNumber"
	nodeHardwareHash = "./DevDetail/Ext/DeviceHardwareData"
	nodeMismatch     = "./Vendor/MSFT/WindowsAutopilot/HardwareMismatchRemediationData"
	nodeComputerName = "./DevDetail/Ext/Microsoft/DNSComputerName"
	// NodeEncryption is 0 on a PC whose system drive is encrypted.
	NodeEncryption = "./Vendor/MSFT/DeviceStatus/Compliance/EncryptionCompliance"
	// NodeEdition is the edition's number (Windows product type).
	NodeEdition = "./Vendor/MSFT/DeviceStatus/OS/Edition"
	// NodeStorage and NodeFree are megabytes, NodeMemory is megabytes of RAM.
	NodeStorage = "./DevDetail/Ext/Microsoft/TotalStorage"
	NodeFree    = "./DevDetail/Ext/Microsoft/FreeStorage"
	NodeMemory  = "./DevDetail/Ext/Microsoft/TotalRAM"
	// NodeWiFi is the MAC address of the wireless adapter.
	NodeWiFi = "./DevDetail/Ext/WLANMACAddress"
)

var inventoryNodes = []string{
	nodeManufacturer, nodeModel, nodeOSVersion, nodeDeviceName, nodeSerial,
	"./DevDetail/Ext/Microsoft/OSPlatform", "./DevDetail/Ext/Microsoft/ProcessorArchitecture", NodeMemory, NodeStorage, NodeFree,
	"./DevDetail/Ext/Microsoft/SystemSKU", NodeWiFi, NodeEdition, NodeEncryption,
	"./Vendor/MSFT/DeviceStatus/SecureBootState", "./Vendor/MSFT/DeviceStatus/TPM/SpecificationVersion",
}

// inventoryEvery is how long what a PC said about itself is believed.
const inventoryEvery = 7 * 24 * time.Hour

// DeviceWriter changes device objects; directory.Service is one.
type DeviceWriter interface {
	UpdateDevice(ctx context.Context, t directory.TenantID, id directory.ObjectID, ifMatch int64, change func(*directory.Device) error) (directory.Device, error)
}

// Inventory asks PCs about themselves, at their first session and then once a
// week. A node that a PC does not have is no error.
type Inventory struct {
	Service *Service
	Devices DeviceWriter
}

func inventoryKey(uri string) string { return "inventory:" + uri }

// Plan implements CommandOwner.
func (o *Inventory) Plan(ctx context.Context, tx Tx, v *Visit) error {
	if !v.Begins {
		return nil
	}
	last, ok, err := tx.LastCommand(ctx, v.Tenant, v.Device.ID, inventoryKey(nodeOSVersion))
	if err != nil || ok && !v.First && v.Now.Before(last.CreatedAt.Add(inventoryEvery)) {
		return err
	}
	cs := make([]Command, len(inventoryNodes))
	for i, uri := range inventoryNodes {
		cs[i] = o.Service.command(v, OwnerInventory, uri, inventoryKey(uri), Operation{Verb: Get, URI: uri})
	}
	_, err = tx.Queue(ctx, v.Tenant, cs)
	return err
}

// Ended implements CommandOwner.
func (o *Inventory) Ended(_ context.Context, _ Tx, v *Visit, c *Command) error {
	if c.State != Done || len(c.Results) == 0 {
		return nil
	}
	o.learn(v, c.Of, c.value())
	return nil
}

// learn notes one value; what the directory shows of it follows after the
// message.
func (o *Inventory) learn(v *Visit, uri, value string) {
	d := v.Device
	if d.Inventory == nil {
		d.Inventory = map[string]string{}
	}
	d.Inventory[uri] = value
	column := map[string]*string{
		nodeManufacturer: &d.Manufacturer, nodeModel: &d.Model, nodeOSVersion: &d.OSVersion, nodeDeviceName: &d.Name, nodeSerial: &d.SerialNumber,
	}[uri]
	if column == nil || value == "" {
		return
	}
	*column = value
	if v.inventory || d.Object == "" || o.Devices == nil {
		return
	}
	v.inventory = true
	v.Later = append(v.Later, func(ctx context.Context) error { return o.tell(ctx, v) })
}

// tell brings the device object up to date; rules look at it. An object that
// says the same already is left alone.
func (o *Inventory) tell(ctx context.Context, v *Visit) error {
	d := v.Device
	object, err := o.Service.Directory.GetDevice(ctx, v.Tenant, d.Object)
	if err != nil {
		return err
	}
	wanted := map[string]string{"deviceManufacturer": d.Manufacturer, "deviceModel": d.Model}
	same := object.DisplayName == d.Name && object.OperatingSystemVersion == d.OSVersion
	for name, value := range wanted {
		same = same && (value == "" || object.Attributes[name] == value)
	}
	if same {
		return nil
	}
	_, err = o.Devices.UpdateDevice(directory.WithActor(ctx, v.actor()), v.Tenant, d.Object, 0, func(object *directory.Device) error {
		if d.Name != "" {
			object.DisplayName = d.Name
		}
		if d.OSVersion != "" {
			object.OperatingSystemVersion = d.OSVersion
		}
		for name, value := range wanted {
			if value != "" {
				object.Attributes[name] = value
			}
		}
		return nil
	})
	return err
}
