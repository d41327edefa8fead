package labdata

import "taxiway/internal/hwhash"

// Model is a PC as its maker sells it.
type Model struct {
	Manufacturer string
	Name         string // what the admin center shows as Model
	Family       string
	SKU          string
	Board        string
	Firmware     string
	desktop      bool
	cpu          hwhash.CPU
	memoryGB     uint64
	diskGB       uint64
	disk         string
	tpm          string // vendor id of the TPM
	serial       serialForm
}

func intel(model string, cores, threads uint16) hwhash.CPU {
	return hwhash.CPU{Arch: hwhash.X64, Packages: 1, Cores: cores, Threads: threads, HyperThreading: threads > cores, Manufacturer: "GenuineIntel", Model: model}
}

func amd(model string, cores, threads uint16) hwhash.CPU {
	c := intel(model, cores, threads)
	c.Manufacturer = "AuthenticAMD"
	return c
}

// models are the PCs of the sample. Lenovo's stand with the name on the lid,
// not with the machine type that its firmware calls the product.
var models = [...]Model{
	{
		Manufacturer: "Dell Inc.", Name: "Latitude 7440", Family: "Latitude", SKU: "0C1B", Board: "0KTV4D", Firmware: "Dell Inc.",
		cpu: intel("13th Gen Intel(R) Core(TM) i7-1365U", 10, 12), memoryGB: 16, diskGB: 512, disk: "KIOXIA KBG50ZNS512G", tpm: "STM", serial: dellTag,
	},
	{
		Manufacturer: "HP", Name: "HP EliteBook 840 14 inch G10 Notebook PC", Family: "103C_5336AN HP EliteBook", SKU: "81A19EA#ABB", Board: "8B41", Firmware: "HP",
		cpu: intel("13th Gen Intel(R) Core(TM) i5-1345U", 10, 12), memoryGB: 16, diskGB: 512, disk: "SAMSUNG MZVL2512HCJQ-00BH1", tpm: "IFX", serial: hpSerial,
	},
	{
		Manufacturer: "LENOVO", Name: "ThinkPad T14 Gen 4", Family: "ThinkPad T14 Gen 4", SKU: "LENOVO_MT_21HD_BU_Think_FM_ThinkPad T14 Gen 4", Board: "21HDCTO1WW", Firmware: "LENOVO",
		cpu: amd("AMD Ryzen 7 PRO 7840U w/ Radeon 780M Graphics", 8, 16), memoryGB: 32, diskGB: 1024, disk: "SKHynix_HFS001TEJ9X115N", tpm: "AMD", serial: lenovoSerial,
	},
	{
		Manufacturer: "Microsoft Corporation", Name: "Surface Laptop 5", Family: "Surface", SKU: "Surface_Laptop_5_1950:1951", Board: "Surface Laptop 5", Firmware: "Microsoft Corporation",
		cpu: intel("12th Gen Intel(R) Core(TM) i7-1265U", 10, 12), memoryGB: 16, diskGB: 256, disk: "SAMSUNG MZ9LQ256HBJD-00BM1", tpm: "MSFT", serial: surfaceSerial,
	},
	{
		Manufacturer: "Dell Inc.", Name: "OptiPlex Micro 7010", Family: "OptiPlex", SKU: "0B7D", Board: "0FDMYT", Firmware: "Dell Inc.", desktop: true,
		cpu: intel("13th Gen Intel(R) Core(TM) i5-13500T", 14, 20), memoryGB: 16, diskGB: 512, disk: "WDC PC SN740 SDDPNQD-512G", tpm: "NTC", serial: dellTag,
	},
	{
		Manufacturer: "HP", Name: "HP Elite Mini 800 G9 Desktop PC", Family: "103C_53307F HP Elite", SKU: "5M9X6EA#ABB", Board: "8955", Firmware: "HP", desktop: true,
		cpu: intel("12th Gen Intel(R) Core(TM) i5-12500T", 6, 12), memoryGB: 16, diskGB: 512, disk: "MTFDKBA512TFH-1BC1AABHA", tpm: "IFX", serial: hpSerial,
	},
	{
		Manufacturer: "LENOVO", Name: "ThinkPad X1 Carbon Gen 11", Family: "ThinkPad X1 Carbon Gen 11", SKU: "LENOVO_MT_21HM_BU_Think_FM_ThinkPad X1 Carbon Gen 11", Board: "21HMCTO1WW", Firmware: "LENOVO",
		cpu: intel("13th Gen Intel(R) Core(TM) i7-1355U", 10, 12), memoryGB: 32, diskGB: 512, disk: "SAMSUNG MZVL4512HBLU-00BLL", tpm: "STM", serial: lenovoSerial,
	},
	{
		Manufacturer: "Microsoft Corporation", Name: "Surface Pro 9", Family: "Surface", SKU: "Surface_Pro_9_2038", Board: "Surface Pro 9", Firmware: "Microsoft Corporation",
		cpu: intel("12th Gen Intel(R) Core(TM) i5-1245U", 10, 12), memoryGB: 16, diskGB: 256, disk: "KIOXIA KBG40ZNS256G", tpm: "MSFT", serial: surfaceSerial,
	},
}

// Models lists the PCs that fleets are made of.
func Models() []Model { return append([]Model(nil), models[:]...) }
