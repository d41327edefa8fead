package machine

import (
	"slices"
	"strings"

	"taxiway/internal/hwhash"
)

// Model is a PC as its maker sells it.
type Model struct {
	ID    string // short, for example latitude-7440
	Maker string // what the firmware calls the manufacturer
	Name  string // on the lid

	product      string // what the firmware calls the product; the admin center shows it as Model
	family       string
	sku          string
	version      string // of the system
	firmware     string // vendor
	board        string
	boardVersion string
	arch         hwhash.Arch
	cpu          hwhash.CPU
	memory       hwhash.Memory
	disk         hwhash.Disk // without its serial
	diskSerial   pattern
	adapters     []adapterKind
	display      hwhash.Display
	chassis      hwhash.Chassis
	gpus         []hwhash.GPU
	tpm          string // vendor id
	serial       pattern
	boardSerial  pattern
	keyPart      string // product key part number
}

// adapterKind is a network adapter of a model.
type adapterKind struct {
	medium  uint32
	bus     string
	maker   [3]byte // first half of its address
	onBoard bool    // goes with the board
}

// Models lists the models there are; the first is the default.
func Models() []Model { return slices.Clone(models[:]) }

// modelOf finds a model by its id, "" the default: CodeModel.
func modelOf(id string) (*Model, error) {
	if id == "" {
		return &models[0], nil
	}
	at := slices.IndexFunc(models[:], func(m Model) bool { return strings.EqualFold(m.ID, id) })
	if at >= 0 {
		return &models[at], nil
	}
	ids := make([]string, len(models))
	for i := range models {
		ids[i] = models[i].ID
	}
	return nil, &Error{Code: CodeModel, Message: "There is no model '" + id + "'.", Remedy: "Choose " + strings.Join(ids, ", ") + "."}
}
