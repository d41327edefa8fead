package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// PutPiece implements enrollment.ContentStore.
func (db *DB) PutPiece(ctx context.Context, t directory.TenantID, file string, n int, data []byte) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "INSERT INTO app_contents (tenant_id, file, piece, data) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, file, piece) DO UPDATE SET data = excluded.data",
			idArg(tx.dialect(), t), idArg(tx.dialect(), file), n, data)
		return err
	})
	return fault.Wrap("store a piece of "+file, err)
}

// GetPiece implements enrollment.ContentStore.
func (db *DB) GetPiece(ctx context.Context, t directory.TenantID, file string, n int) ([]byte, error) {
	var data []byte
	ok, err := one(ctx, db.reader(), []any{&data}, "SELECT data FROM app_contents WHERE tenant_id = $1 AND file = $2 AND piece = $3", idArg(db.d, t), idArg(db.d, file), n)
	if err == nil && !ok {
		return nil, missing("piece of the file", file)
	}
	return data, fault.Wrap("read a piece of "+file, err)
}

// ListContents implements enrollment.ContentStore.
func (db *DB) ListContents(ctx context.Context, t directory.TenantID) ([]string, error) {
	files, err := collect(ctx, db.reader(), func(r row, file *string) error { return r.Scan(asID(file)) },
		"SELECT c.file FROM app_contents c WHERE c.tenant_id = $1 AND c.piece = 0 ORDER BY c.file", idArg(db.d, t))
	return files, fault.Wrap("list the files of apps", err)
}

// DeleteContent implements enrollment.ContentStore; a file that is not there is
// no error.
func (db *DB) DeleteContent(ctx context.Context, t directory.TenantID, file string) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "DELETE FROM app_contents WHERE tenant_id = $1 AND file = $2", idArg(tx.dialect(), t), idArg(tx.dialect(), file))
		return err
	})
	return fault.Wrap("delete the file "+file, err)
}
