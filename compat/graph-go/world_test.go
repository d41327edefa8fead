package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/devicemanagement"
	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/microsoftgraph/msgraph-sdk-go/policies"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// world is what tools/compat made.
type world struct {
	Base      string `json:"base"`
	Tenant    string `json:"tenant"`
	Domain    string `json:"domain"`
	User      string `json:"user"`
	Password  string `json:"password"`
	PublicApp string `json:"publicApp"`
	App       string `json:"witnessApp"`
	Secret    string `json:"witnessSecret"`
	Hashes    []struct {
		Serial string `json:"serial"`
		Hash   []byte `json:"hash"`
	} `json:"hashes"`
}

// client has the request builders of the SDK that a test uses. Its whole client
// has every one, and takes many times as long to compile.
type client struct {
	world
	adapter    abstractions.RequestAdapter
	management *devicemanagement.DeviceManagementRequestBuilder
	groups     *groups.GroupsRequestBuilder
	users      *users.UsersRequestBuilder
	policies   *policies.PoliciesRequestBuilder
}

func readWorld(t *testing.T) (w world) {
	t.Helper()
	name := os.Getenv("TAXIWAY_COMPAT")
	if name == "" {
		t.Fatal("TAXIWAY_COMPAT names no server: run make compat")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

// asApp is the client with an app's secret.
func asApp(t *testing.T) client {
	t.Helper()
	w := readWorld(t)
	credential, err := azidentity.NewClientSecretCredential(w.Tenant, w.App, w.Secret, &azidentity.ClientSecretCredentialOptions{ClientOptions: at(w.Base), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := graphAt(w.Base, credential, "https://graph.microsoft.com/.default")
	if err != nil {
		t.Fatal(err)
	}
	return clientOf(w, adapter)
}

func clientOf(w world, adapter abstractions.RequestAdapter) client {
	failures := abstractions.ErrorMappings{"4XX": odataerrors.CreateODataErrorFromDiscriminatorValue, "5XX": odataerrors.CreateODataErrorFromDiscriminatorValue}
	_ = core.RegisterError(core.BatchRequestErrorRegistryKey, failures) // refuses a second time, which changes nothing
	return client{
		world: w, adapter: adapter,
		management: devicemanagement.NewDeviceManagementRequestBuilderInternal(nil, adapter),
		groups:     groups.NewGroupsRequestBuilderInternal(nil, adapter),
		users:      users.NewUsersRequestBuilderInternal(nil, adapter),
		policies:   policies.NewPoliciesRequestBuilderInternal(nil, adapter),
	}
}

func ptr[T any](v T) *T { return &v }

// until asks again and again, as programs do, until what comes is good.
func until[T any](t *testing.T, what string, ask func() (T, error), good func(T) bool) T {
	t.Helper()
	for range 200 {
		v, err := ask()
		if err != nil {
			t.Fatalf("%s: %v", what, told(err))
		}
		if good(v) {
			return v
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s never came to be", what)
	panic("unreachable")
}

// told is the SDK's error in the server's words.
func told(err error) string {
	var e *odataerrors.ODataError
	if errors.As(err, &e) && e.GetErrorEscaped() != nil {
		return *e.GetErrorEscaped().GetCode() + ": " + *e.GetErrorEscaped().GetMessage()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// refused checks that the server refused with this status and code.
func refused(t *testing.T, what string, err error, status int, code string) {
	t.Helper()
	var e *odataerrors.ODataError
	if !errors.As(err, &e) {
		t.Errorf("%s: %v", what, err)
		return
	}
	inner := e.GetErrorEscaped()
	if e.ResponseStatusCode != status || *inner.GetCode() != code || *inner.GetMessage() == "" {
		t.Errorf("%s: %d %s: %s, want %d %s", what, e.ResponseStatusCode, *inner.GetCode(), *inner.GetMessage(), status, code)
	}
	if in := inner.GetInnerError(); in == nil || in.GetRequestId() == nil || *in.GetRequestId() == "" || in.GetDate() == nil {
		t.Errorf("%s: the inner error says neither request nor time", what)
	}
}

// later runs when the test is over, although its context is done then.
func later(t *testing.T, what string, remove func(context.Context) error) {
	t.Helper()
	t.Cleanup(func() {
		if err := remove(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("%s: %v", what, told(err))
		}
	})
}
