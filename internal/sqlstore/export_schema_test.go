package sqlstore

import (
	"context"
	"errors"
)

// OpenAt opens an empty database with an older schema, as the program of that
// schema did.
func OpenAt(ctx context.Context, o Options, version int64) (*DB, error) {
	db, err := connect(ctx, o)
	if err != nil {
		return nil, err
	}
	p, err := db.provider()
	if err == nil {
		_, err = p.UpTo(ctx, version)
	}
	if err == nil {
		err = db.startWriter(ctx)
	}
	if err == nil {
		err = db.checkMasterKey(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Down takes the schema of a closed database back to version.
func Down(ctx context.Context, o Options, version int64) (err error) {
	db, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	p, err := db.provider()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, version)
	return err
}
