package sqlstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

func TestNoSecretOfAConfigurationIsFoundInTheDatabaseOrABackup(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		ctx := t.Context()
		o := e.New(t)
		db := storetest.Reopen(t, o)
		tenant := trail(t, db)
		configuration := func() enrollment.Policy {
			return enrollment.Policy{
				ID: enrollment.PolicyID(newID()), Kind: enrollment.PolicyCustom, DisplayName: "Wi-Fi", CreatedAt: clock(), ModifiedAt: clock(), Version: 1,
				Custom: &enrollment.CustomConfiguration{Settings: []enrollment.OMASetting{
					{URI: "./Device/A/B", Type: enrollment.SettingString, Value: "glass umbrella piano", Secret: true},
					{URI: "./Device/A/C", Type: enrollment.SettingString, Value: "a value to be found"},
				}},
			}
		}
		p, other, plain := configuration(), configuration(), configuration()
		plain.Custom.Settings, plain.Priority = plain.Custom.Settings[1:], 2
		p.Priority = 1
		ok(t, db.InTx(ctx, func(tx *sqlstore.Tx) error {
			for _, c := range []enrollment.Policy{p, other, plain} {
				if err := tx.CreatePolicy(ctx, tenant, c); err != nil {
					return err
				}
			}
			// The command that tells a PC the secret, and the answer that told it.
			tells := enrollment.Operation{Verb: enrollment.Replace, URI: "./Device/A/B", Data: new("glass umbrella piano"), Secret: true}
			device := enrollment.DeviceID(newID())
			if _, err := tx.Queue(ctx, tenant, []enrollment.Command{{ID: newID(), Device: device, Owner: enrollment.OwnerPolicy, Op: tells, CreatedAt: clock()}}); err != nil {
				return err
			}
			session := enrollment.Session{Device: device, ID: "1", Reply: enrollment.Outgoing{Commands: []enrollment.OutgoingCmd{{CmdID: "2", Op: tells}}}}
			if err := tx.PutMDMSession(ctx, tenant, session); err != nil {
				return err
			}
			return tx.UpdatePolicy(ctx, tenant, p)
		}))
		files := map[string][]byte{"backup": unpackedBackup(t, db)}
		if e.Name == "sqlite" {
			for _, suffix := range []string{"", "-wal"} {
				file, err := os.ReadFile(filepath.Join(o.Dir, "taxiway.db"+suffix))
				ok(t, err)
				files["database"] = append(files["database"], file...)
			}
		}
		for name, file := range files {
			if !holds(file, []byte("a value to be found")) {
				t.Errorf("the %s does not even hold what it should: the search is blind", name)
			}
			if holds(file, []byte("glass umbrella piano")) {
				t.Errorf("the %s holds the secret", name)
			}
		}
		ok(t, db.Close())
		fresh := o
		fresh.MasterKey = bytes.Repeat([]byte{9}, 32)
		done, err := sqlstore.ChangeMasterKey(ctx, o, fresh.MasterKey)
		ok(t, err)
		if done["mdm_policies"] != 2 {
			t.Errorf("sealed anew: %v, want two policies", done)
		}
		again := storetest.Reopen(t, fresh)
		got, err := again.GetPolicy(ctx, tenant, p.ID)
		if err != nil || got.Custom.Settings[0].Value != "glass umbrella piano" {
			t.Errorf("after the change of the master key: %+v, %v", got.Custom, err)
		}
		// A sealed secret does not open in another policy's row.
		ok(t, again.Exec(ctx, "UPDATE mdm_policies SET secrets = (SELECT p.secrets FROM mdm_policies p WHERE p.id <> mdm_policies.id AND p.priority = 1) WHERE priority = 0"))
		if _, err := again.GetPolicy(ctx, tenant, other.ID); err == nil {
			t.Error("a secret moved to another policy opens")
		}
	})
}
