package machine

import (
	"fmt"
	"io"

	"taxiway/internal/hwhash"
)

// assemble builds one PC of the model, without a TPM.
func (model *Model) assemble(serial string, random io.Reader) (hw hwhash.Hardware, boardSerial string, err error) {
	hw = hwhash.Hardware{
		OSType: 2, OSArch: model.arch, ToolVersion: 3, CPU: model.cpu, Memory: model.memory, Chassis: model.chassis, GPUs: model.gpus,
		SystemSerial: serial, SystemManufacturer: model.Maker, ProductName: model.product, SKU: model.sku, Family: model.family, SystemVersion: model.version,
		FirmwareVendor: model.firmware, BoardManufacturer: model.Maker, BoardProduct: model.board, BoardVersion: model.boardVersion,
	}
	if model.display != (hwhash.Display{}) {
		hw.Displays = []hwhash.Display{model.display}
		hw.PanelWidthCM, hw.PanelHeightCM = (model.display.WidthMM+5)/10, (model.display.HeightMM+5)/10
	}
	d := drawing{random: random}
	if serial == "" {
		hw.SystemSerial = d.text(model.serial)
	}
	if model.keyPart != "" {
		hw.ProductKeyID, hw.ProductKeyPartNumber = d.text(productKeyID), model.keyPart
	}
	hw.SMBIOSUUID, boardSerial = d.uuid(), d.text(model.boardSerial)
	hw.Disks, hw.KernelDiskSerial = d.disk(model)
	for _, kind := range model.adapters {
		hw.Adapters = append(hw.Adapters, d.adapter(kind))
	}
	return hw, boardSerial, d.err
}

// drawing draws parts and keeps the first error.
type drawing struct {
	random io.Reader
	err    error
}

func (d *drawing) text(p pattern) string {
	if d.err != nil {
		return ""
	}
	var s string
	s, d.err = p.draw(d.random)
	return s
}

func (d *drawing) fill(b []byte) {
	if d.err == nil {
		_, d.err = io.ReadFull(d.random, b)
	}
}

// uuid is a random one (RFC 9562, version 4).
func (d *drawing) uuid() string {
	var b [16]byte
	d.fill(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// disk is a disk of the model; its serial as the kernel sees it ends with a dot.
func (d *drawing) disk(model *Model) (disks []hwhash.Disk, kernelSerial string) {
	disk := model.disk
	disk.Serial = d.text(model.diskSerial)
	return []hwhash.Disk{disk}, disk.Serial + "."
}

func (d *drawing) adapter(kind adapterKind) hwhash.Adapter {
	mac := hwhash.MAC{kind.maker[0], kind.maker[1], kind.maker[2]}
	d.fill(mac[3:])
	return hwhash.Adapter{Medium: kind.medium, MAC: mac, Bus: kind.bus}
}
