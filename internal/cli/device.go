package cli

import "github.com/spf13/cobra"

func (a *app) newDevice() *cobra.Command {
	return a.graphCommand("device", "Registered PCs", func(t *target) []*cobra.Command {
		return []*cobra.Command{
			a.newDeviceImport(t), a.newDeviceList(t), a.newDeviceShow(t), a.newDeviceWhy(t), a.newDeviceTimeline(t),
			a.newDeviceTag(t), a.newDeviceAssignUser(t), a.newDeviceUnassignUser(t), a.newDeviceDelete(t), a.newDeviceRelease(), a.newDeviceSettings(t),
		}
	})
}
