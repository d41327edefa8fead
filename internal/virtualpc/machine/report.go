package machine

import (
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
)

// reportPage is the PC at a glance. It loads nothing from elsewhere.
var reportPage = template.Must(template.New("report").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{.Title}}</title>
<style>
body { font-family: sans-serif; margin: 2rem; color: #222; background: #fff }
table { border-collapse: collapse; margin-bottom: 2rem }
th, td { border: 1px solid #bbb; padding: .3rem .6rem; text-align: left; vertical-align: top }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>Collected {{.At}}.</p>
{{range .Tables}}<h2>{{.Name}}</h2>
<table>
{{with .Head}}<thead><tr>{{range .}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
{{end}}<tbody>
{{range .Rows}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{else}}<tr><td>none</td></tr>
{{end}}</tbody>
</table>
{{end}}</main>
</body>
</html>
`))

type reportTable struct {
	Name string
	Head []string
	Rows [][]string
}

// Facts are name and value of what is known of a PC, for people.
type Facts [][2]string

// Describe lists the PC's parts and its Windows in the words of a hardware
// hash.
func (m *Machine) Describe() Facts {
	hw := &m.Hardware
	facts := Facts{
		{"Name", m.Name},
		{"Manufacturer", hw.SystemManufacturer},
		{"Model", hw.ProductName},
		{"Family", hw.Family},
		{"Serial number", hw.SystemSerial},
		{"SMBIOS UUID", hw.SMBIOSUUID},
		{"Board", fmt.Sprintf("%s %s, serial %s", hw.BoardManufacturer, hw.BoardProduct, m.BoardSerial)},
		{"Processor", fmt.Sprintf("%s, %d cores, %d threads", hw.CPU.Model, hw.CPU.Cores, hw.CPU.Threads)},
		{"Memory", fmt.Sprintf("%d GB", hw.Memory.GB)},
	}
	for _, d := range hw.Disks {
		facts = append(facts, [2]string{"Disk", fmt.Sprintf("%s, %d GB, serial %s", d.Model, d.SizeGB, d.Serial)})
	}
	for _, a := range hw.Adapters {
		facts = append(facts, [2]string{"Network adapter", fmt.Sprintf("%s (%s)", a.MAC, a.Bus)})
	}
	switch {
	case !m.HasTPM:
		facts = append(facts, [2]string{"TPM", "none"})
	case m.TPMOnBoard:
		facts = append(facts, [2]string{"TPM", hw.TPMVersion + ", on the board"})
	default:
		facts = append(facts, [2]string{"TPM", hw.TPMVersion})
	}
	if m.HasTPM {
		facts = append(facts, [2]string{"Endorsement key", "SHA-256 " + m.tpm.id()})
	}
	return append(facts,
		[2]string{"Product key id", hw.ProductKeyID},
		[2]string{"Windows", m.OS.Name()},
		[2]string{"Build", m.OS.Build.String() + " " + hw.OSArch.String()},
		[2]string{"Language", m.OS.Language},
		[2]string{"Keyboard", m.OS.Keyboard},
		[2]string{"Installation", strconv.Itoa(m.Installation)},
	)
}

func (m *Machine) writeReport(w io.Writer, c *collection) error {
	var facts [][]string
	for _, f := range m.Describe() {
		facts = append(facts, []string{f[0], f[1]})
	}
	tables := []reportTable{{Name: "Device", Rows: facts}}
	if values, err := m.registry.Values(KeyAutopilot); err == nil {
		var rows [][]string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			rows = append(rows, []string{name, fmt.Sprint(values[name])})
		}
		tables = append(tables, reportTable{"Autopilot", []string{"Value", "Data"}, rows})
	}
	if events, err := m.events.All(); err == nil {
		var rows [][]string
		for _, e := range events {
			rows = append(rows, []string{e.Time.Format(time.DateTime), string(e.Level), strconv.Itoa(e.ID), string(e.Channel), e.Message})
		}
		tables = append(tables, reportTable{"Events", []string{"Time", "Level", "Event", "Log", "Message"}, rows})
	}
	var problems, files [][]string
	for _, p := range c.problems {
		problems = append(problems, []string{p})
	}
	for _, f := range c.files {
		files = append(files, []string{f})
	}
	tables = append(tables, reportTable{"What could not be collected", nil, problems}, reportTable{"Files", nil, files})
	return reportPage.Execute(w, struct {
		Title, At string
		Tables    []reportTable
	}{"MDM diagnostics of " + m.Name, c.at.Format("2006-01-02 15:04:05Z"), tables})
}
