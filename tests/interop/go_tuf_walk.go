// go-tuf's client: walk ROOT URL TARGET FOLDER begins with ROOT unless FOLDER has metadata, and puts TARGET into FOLDER/targets.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/theupdateframework/go-tuf/v2/metadata/config"
	"github.com/theupdateframework/go-tuf/v2/metadata/updater"
)

func walk(root, url, target, folder string) error {
	first, err := os.ReadFile(root)
	if err != nil {
		return err
	}
	settings, err := config.New(url+"/metadata", first)
	if err != nil {
		return err
	}
	settings.LocalMetadataDir = filepath.Join(folder, "metadata")
	settings.LocalTargetsDir = filepath.Join(folder, "targets")
	settings.RemoteTargetsURL = url + "/targets"
	if err := settings.EnsurePathsExist(); err != nil {
		return err
	}
	client, err := updater.New(settings)
	if err != nil {
		return err
	}
	if err := client.Refresh(); err != nil {
		return err
	}
	info, err := client.GetTargetInfo(target)
	if err != nil {
		return err
	}
	_, _, err = client.DownloadTarget(info, filepath.Join(settings.LocalTargetsDir, target), "")
	return err
}

func main() {
	if err := walk(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
