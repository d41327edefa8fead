package machine

import "taxiway/internal/hwhash"

func intel(model string, cores, threads uint16) hwhash.CPU {
	return hwhash.CPU{Arch: hwhash.X64, Packages: 1, Cores: cores, Threads: threads, HyperThreading: threads > cores, Manufacturer: "GenuineIntel", Model: model}
}

func amd(model string, cores, threads uint16) hwhash.CPU {
	c := intel(model, cores, threads)
	c.Manufacturer = "AuthenticAMD"
	return c
}

// What laptops have in common: a Wi-Fi card and the Bluetooth on it.
func wireless(maker [3]byte, onBoard bool) []adapterKind {
	return []adapterKind{
		{hwhash.Medium80211, "PCI", maker, onBoard},
		{hwhash.MediumBluetooth, "BTH", maker, onBoard},
	}
}

// The first halves of addresses that adapter makers hold (IEEE MA-L).
var (
	intelMAC     = [3]byte{0x8c, 0x1d, 0x96}
	realtekMAC   = [3]byte{0x00, 0xe0, 0x4c}
	qualcommMAC  = [3]byte{0x00, 0x03, 0x7f}
	microsoftMAC = [3]byte{0x00, 0x15, 0x5d} // what Hyper-V gives its machines
)

const (
	builtInPanel = 0x80000000
	nvme         = hwhash.BusNVMe
)

func ram(gb, most uint64, slots uint16) hwhash.Memory {
	return hwhash.Memory{GB: gb, MaxGB: most, Slots: slots, Arrays: 1, ErrorCorrection: 3}
}

func ssd(gb uint64, model string) hwhash.Disk {
	return hwhash.Disk{SizeGB: gb, Bus: nvme, Media: hwhash.MediaSSD, Model: model}
}

func panel(widthMM, heightMM, width, height uint16) hwhash.Display {
	return hwhash.Display{WidthMM: widthMM, HeightMM: heightMM, Width: width, Height: height, Output: builtInPanel}
}

var (
	notebook = hwhash.Chassis{Type: 10, Role: 2}
	slate    = hwhash.Chassis{Type: 32, Role: 8} // detachable
	mini     = hwhash.Chassis{Type: 35, Role: 1}
	desktop  = hwhash.Chassis{Type: 3, Role: 1}
)

const (
	windowsPro      = "[TH]X23-12755"
	evenBoardSerial = "/SSSSSSS/cnDDDDDDDDDDDD/"
)

// models are PCs as their makers' firmware describes them. Lenovo's calls the
// machine type the product, and the name on the lid the version.
var models = [...]Model{
	{
		ID: "latitude-7440", Maker: "Dell Inc.", Name: "Latitude 7440", product: "Latitude 7440", family: "Latitude", sku: "0C1B", version: "Not Specified",
		firmware: "Dell Inc.", board: "0KTV4D", boardVersion: "A00", arch: hwhash.X64, cpu: intel("13th Gen Intel(R) Core(TM) i7-1365U", 10, 12),
		memory: ram(16, 64, 2), disk: ssd(512, "KBG50ZNS512G NVMe KIOXIA 512GB"), diskSerial: diskSerial, adapters: wireless(intelMAC, true),
		display: panel(302, 188, 1920, 1200), chassis: notebook, gpus: []hwhash.GPU{{Name: "Intel(R) Iris(R) Xe Graphics", VideoMemory: 128}},
		tpm: "STM", serial: dellSerial, boardSerial: evenBoardSerial, keyPart: windowsPro,
	},
	{
		ID: "elitebook-840-g10", Maker: "HP", Name: "EliteBook 840 G10", product: "HP EliteBook 840 14 inch G10 Notebook PC", family: "103C_5336AN HP EliteBook",
		sku: "81A19EA#ABB", version: "SBKPF", firmware: "HP", board: "8B41", boardVersion: "KBC Version 52.3B.00", arch: hwhash.X64,
		cpu: intel("13th Gen Intel(R) Core(TM) i5-1345U", 10, 12), memory: ram(16, 64, 2), disk: ssd(512, "SAMSUNG MZVL2512HCJQ-00BH1"), diskSerial: diskSerial,
		adapters: wireless(intelMAC, false), display: panel(302, 188, 1920, 1200), chassis: notebook,
		gpus: []hwhash.GPU{{Name: "Intel(R) Iris(R) Xe Graphics", VideoMemory: 128}},
		tpm:  "IFX", serial: hpSerial, boardSerial: "pLLLLLLLLLLLLL", keyPart: windowsPro,
	},
	{
		ID: "thinkpad-t14-g4", Maker: "LENOVO", Name: "ThinkPad T14 Gen 4", product: "21K3CTO1WW", family: "ThinkPad T14 Gen 4",
		sku: "LENOVO_MT_21K3_BU_Think_FM_ThinkPad T14 Gen 4", version: "ThinkPad T14 Gen 4", firmware: "LENOVO", board: "21K3CTO1WW", boardVersion: "Not Defined",
		arch: hwhash.X64, cpu: amd("AMD Ryzen 7 PRO 7840U w/ Radeon 780M Graphics", 8, 16), memory: ram(32, 64, 2), disk: ssd(1024, "SKHynix_HFS001TEJ9X115N"),
		diskSerial: diskSerial, adapters: append(wireless(qualcommMAC, false), adapterKind{hwhash.MediumEthernet, "PCI", realtekMAC, true}),
		display: panel(302, 188, 1920, 1200), chassis: notebook, gpus: []hwhash.GPU{{Name: "AMD Radeon 780M Graphics", VideoMemory: 512}},
		tpm: "AMD", serial: lenovoSerial, boardSerial: "l1hfLLLLLLL", keyPart: windowsPro,
	},
	{
		ID: "thinkpad-x1-g11", Maker: "LENOVO", Name: "ThinkPad X1 Carbon Gen 11", product: "21HMCTO1WW", family: "ThinkPad X1 Carbon Gen 11",
		sku: "LENOVO_MT_21HM_BU_Think_FM_ThinkPad X1 Carbon Gen 11", version: "ThinkPad X1 Carbon Gen 11", firmware: "LENOVO", board: "21HMCTO1WW",
		boardVersion: "Not Defined", arch: hwhash.X64, cpu: intel("13th Gen Intel(R) Core(TM) i7-1355U", 10, 12), memory: ram(32, 32, 8),
		disk: ssd(512, "SAMSUNG MZVL4512HBLU-00BLL"), diskSerial: diskSerial, adapters: wireless(intelMAC, true), display: panel(301, 188, 2880, 1800),
		chassis: notebook, gpus: []hwhash.GPU{{Name: "Intel(R) Iris(R) Xe Graphics", VideoMemory: 128}},
		tpm: "STM", serial: lenovoSerial, boardSerial: "l1hfLLLLLLL", keyPart: windowsPro,
	},
	{
		ID: "surface-laptop-7", Maker: "Microsoft Corporation", Name: "Surface Laptop, 7th Edition", product: "Microsoft Surface Laptop, 7th Edition",
		family: "Surface", sku: "Surface_Laptop_7th_Edition_2037", version: "124I:00097T:000M:0700000D:0B:08F", firmware: "Microsoft Corporation",
		board: "Microsoft Surface Laptop, 7th Edition", boardVersion: "Not Specified", arch: hwhash.ARM64,
		cpu:    hwhash.CPU{Arch: hwhash.ARM64, Packages: 1, Cores: 12, Threads: 12, Manufacturer: "Qualcomm Technologies Inc", Model: "Snapdragon(R) X 12-core X1E80100 @ 3.40 GHz"},
		memory: ram(16, 64, 1), disk: ssd(512, "KIOXIA KBG60ZNS512G"), diskSerial: diskSerial, adapters: wireless(qualcommMAC, true),
		display: panel(291, 194, 2304, 1536), chassis: notebook, gpus: []hwhash.GPU{{Name: "Qualcomm(R) Adreno(TM) X1-85 GPU"}},
		tpm: "MSFT", serial: surfaceSerial, boardSerial: "a0DDDDDDDDDDDDD", keyPart: windowsPro,
	},
	{
		ID: "surface-pro-9", Maker: "Microsoft Corporation", Name: "Surface Pro 9", product: "Surface Pro 9", family: "Surface", sku: "Surface_Pro_9_2038",
		version: "124I:00081T:000M:0200000D:0B:07F", firmware: "Microsoft Corporation", board: "Surface Pro 9", boardVersion: "Not Specified",
		arch: hwhash.X64, cpu: intel("12th Gen Intel(R) Core(TM) i5-1245U", 10, 12), memory: ram(16, 32, 1), disk: ssd(256, "KIOXIA KBG40ZNS256G"),
		diskSerial: diskSerial, adapters: wireless(intelMAC, true), display: panel(274, 183, 2880, 1920), chassis: slate,
		gpus: []hwhash.GPU{{Name: "Intel(R) Iris(R) Xe Graphics", VideoMemory: 128}},
		tpm:  "MSFT", serial: surfaceSerial, boardSerial: "a0DDDDDDDDDDDDD", keyPart: windowsPro,
	},
	{
		ID: "optiplex-micro-7010", Maker: "Dell Inc.", Name: "OptiPlex Micro 7010", product: "OptiPlex Micro 7010", family: "OptiPlex", sku: "0B7D",
		version: "Not Specified", firmware: "Dell Inc.", board: "0FDMYT", boardVersion: "A01", arch: hwhash.X64,
		cpu: intel("13th Gen Intel(R) Core(TM) i5-13500T", 14, 20), memory: ram(16, 64, 2), disk: ssd(512, "PC SN740 NVMe WD 512GB"), diskSerial: diskSerial,
		adapters: []adapterKind{{hwhash.MediumEthernet, "PCI", intelMAC, true}}, chassis: mini,
		gpus: []hwhash.GPU{{Name: "Intel(R) UHD Graphics 770", VideoMemory: 128}},
		tpm:  "NTC", serial: dellSerial, boardSerial: evenBoardSerial, keyPart: windowsPro,
	},
	{
		ID: "hyper-v", Maker: "Microsoft Corporation", Name: "Hyper-V virtual machine", product: "Virtual Machine", family: "Virtual Machine", sku: "None",
		version: "Hyper-V UEFI Release v4.1", firmware: "Microsoft Corporation", board: "Virtual Machine", boardVersion: "Hyper-V UEFI Release v4.1",
		arch: hwhash.X64, cpu: intel("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", 2, 4), memory: ram(4, 4, 1),
		disk: hwhash.Disk{SizeGB: 127, Bus: hwhash.BusSCSI, Media: hwhash.MediaUnknown, Model: "Virtual Disk", Vendor: "Msft"}, diskSerial: "XXXXXXXXXXXXXXXX",
		adapters: []adapterKind{{0, "VMBUS", microsoftMAC, false}}, display: hwhash.Display{Width: 1024, Height: 768}, chassis: desktop,
		gpus: []hwhash.GPU{{Name: "Microsoft Hyper-V Video"}}, tpm: "MSFT", serial: hyperVSerial, boardSerial: hyperVSerial,
	},
}
