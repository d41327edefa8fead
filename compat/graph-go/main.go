package main

import (
	"context"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	azauth "github.com/microsoft/kiota-authentication-azure-go"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/devicemanagement"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// at is the cloud whose sign-in is this server.
func at(base string) azcore.ClientOptions {
	return azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: base + "/"}}
}

// graphAt is Graph v1.0 of this server.
func graphAt(base string, credential azcore.TokenCredential, scopes ...string) (abstractions.RequestAdapter, error) {
	abstractions.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kiotajson.NewJsonSerializationWriterFactory() })
	abstractions.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kiotajson.NewJsonParseNodeFactory() })
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	// The token goes to this host alone.
	provider, err := azauth.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(credential, scopes, []string{u.Hostname()})
	if err != nil {
		return nil, err
	}
	adapter, err := core.NewGraphRequestAdapterBase(provider, core.GraphClientOptions{})
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(base + "/v1.0")
	return adapter, nil
}

func main() {
	base := os.Getenv("BASE")
	credential, err := azidentity.NewClientSecretCredential(os.Getenv("TENANT"), os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"),
		&azidentity.ClientSecretCredentialOptions{ClientOptions: at(base), DisableInstanceDiscovery: true})
	if err != nil {
		log.Fatal(err)
	}
	adapter, err := graphAt(base, credential, "https://graph.microsoft.com/.default")
	if err != nil {
		log.Fatal(err)
	}
	graph := devicemanagement.NewDeviceManagementRequestBuilderInternal(nil, adapter)
	page, err := graph.WindowsAutopilotDeviceIdentities().Get(context.Background(), nil)
	if err != nil {
		log.Fatal(err)
	}
	pages, err := core.NewPageIterator[models.WindowsAutopilotDeviceIdentityable](page, adapter, models.CreateWindowsAutopilotDeviceIdentityCollectionResponseFromDiscriminatorValue)
	if err != nil {
		log.Fatal(err)
	}
	err = pages.Iterate(context.Background(), func(device models.WindowsAutopilotDeviceIdentityable) bool {
		fmt.Println(*device.GetSerialNumber(), *device.GetGroupTag())
		return true
	})
	if err != nil {
		log.Fatal(err)
	}
}
