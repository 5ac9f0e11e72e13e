package marketplace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/registry"
)

// asProduct runs fn as the product's own role inside a transaction of the
// platform's: jobs are its tables.
func asProduct(ctx context.Context, tx *pg.Tx, fn func() error) error {
	if _, err := tx.Exec(ctx, "set local role none"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err // the transaction is over, and the role with it
	}
	_, err := tx.Exec(ctx, "set local role fenli_platform")
	return err
}

func insertDeveloper(ctx context.Context, tx *pg.Tx, d Developer, contact, token []byte) error {
	_, err := tx.Exec(ctx, `insert into marketplace_developer (id, name, contact_sealed, token_hash, created_at) values ($1, $2, $3, $4, $5)`,
		d.ID, d.Name, contact, token, d.CreatedAt)
	if err != nil {
		return fmt.Errorf("marketplace: insert developer: %w", err)
	}
	return nil
}

func countDevelopersSince(ctx context.Context, tx *pg.Tx, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from marketplace_developer where created_at > $1`, since).Scan(&n)
	return n, err
}

type developerRow struct {
	ID        DeveloperID
	Name      string
	CreatedAt time.Time
}

func developerByToken(ctx context.Context, tx *pg.Tx, hash []byte) (Developer, error) {
	r, err := pg.CollectOne[developerRow](ctx, tx, `select id, name, created_at from marketplace_developer where token_hash = $1`, hash)
	return Developer{ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt}, err
}

func developerByID(ctx context.Context, tx *pg.Tx, who DeveloperID) (Developer, error) {
	r, err := pg.CollectOne[developerRow](ctx, tx, `select id, name, created_at from marketplace_developer where id = $1`, who)
	if errors.Is(err, pg.ErrNoRows) {
		err = errUnknown
	}
	return Developer{ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt}, err
}

func contactOf(ctx context.Context, tx *pg.Tx, who DeveloperID) (sealed []byte, err error) {
	err = tx.QueryRow(ctx, `select contact_sealed from marketplace_developer where id = $1`, who).Scan(&sealed)
	if errors.Is(err, pg.ErrNoRows) {
		err = errUnknown
	}
	return sealed, err
}

func updateToken(ctx context.Context, tx *pg.Tx, who DeveloperID, hash []byte) error {
	_, err := tx.Exec(ctx, `update marketplace_developer set token_hash = $2 where id = $1`, who, hash)
	return err
}

func insertKey(ctx context.Context, tx *pg.Tx, who DeveloperID, k Key) error {
	_, err := tx.Exec(ctx, `insert into marketplace_key (id, developer_id, public, created_at) values ($1, $2, $3, $4) on conflict do nothing`,
		k.ID, who, []byte(k.Public), k.CreatedAt)
	return err
}

type keyRow struct {
	ID          string
	DeveloperID DeveloperID
	Public      []byte
	CreatedAt   time.Time
	RevokedAt   *time.Time
}

func (r keyRow) key() Key { return Key{r.ID, r.Public, r.CreatedAt, r.RevokedAt} }

const keyColumns = "id, developer_id, public, created_at, revoked_at"

func keyByID(ctx context.Context, tx *pg.Tx, id string) (DeveloperID, Key, error) {
	r, err := pg.CollectOne[keyRow](ctx, tx, `select `+keyColumns+` from marketplace_key where id = $1`, id)
	return r.DeveloperID, r.key(), err
}

func keysOf(ctx context.Context, tx *pg.Tx, who DeveloperID) ([]Key, error) {
	rows, err := pg.Collect[keyRow](ctx, tx, `select `+keyColumns+` from marketplace_key where developer_id = $1 order by created_at, id`, who)
	keys := make([]Key, len(rows))
	for i, r := range rows {
		keys[i] = r.key()
	}
	return keys, err
}

func revokeKey(ctx context.Context, tx *pg.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `update marketplace_key set revoked_at = $2 where id = $1`, id, at)
	return err
}

// claimPlugin gives a name to whoever comes first, and says who that was.
func claimPlugin(ctx context.Context, tx *pg.Tx, plugin string, who DeveloperID) (owner DeveloperID, err error) {
	if _, err := tx.Exec(ctx, `insert into marketplace_plugin (id, developer_id, created_at) values ($1, $2, $3) on conflict do nothing`,
		plugin, who, tx.Now()); err != nil {
		return owner, fmt.Errorf("marketplace: claim %s: %w", plugin, err)
	}
	err = tx.QueryRow(ctx, `select developer_id from marketplace_plugin where id = $1 for update`, plugin).Scan(&owner)
	return owner, err
}

func countWaiting(ctx context.Context, tx *pg.Tx, who DeveloperID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from marketplace_version where developer_id = $1 and state in ('submitted', 'in_review')`, who).Scan(&n)
	return n, err
}

func insertVersion(ctx context.Context, tx *pg.Tx, v Version) error {
	if _, err := tx.Exec(ctx, `
		insert into marketplace_version (id, plugin, version, developer_id, package, size, key_id, manifest, artifacts, state, submitted_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		v.ID, v.Plugin, v.Version, v.Developer, v.Package, v.Size, v.KeyID, v.Manifest, v.Artifacts, v.State, v.SubmittedAt); err != nil {
		return fmt.Errorf("marketplace: insert version: %w", err)
	}
	return nil
}

// insertArtifacts makes the version's word decide about its executables. One
// executable is one version's.
func insertArtifacts(ctx context.Context, tx *pg.Tx, v Version) error {
	for platform, sha := range v.Artifacts {
		inserted, err := tx.Exec(ctx, `insert into marketplace_artifact (sha256, version_id, platform) values ($1, $2, $3) on conflict do nothing`, sha, v.ID, platform)
		if err != nil {
			return fmt.Errorf("marketplace: insert artifact: %w", err)
		}
		if inserted == 0 {
			return errSameProgram.At("bin/" + platform)
		}
	}
	return nil
}

type versionRow struct {
	ID          VersionID
	Plugin      string
	Version     string
	DeveloperID DeveloperID
	Author      string
	Package     string
	Size        int64
	KeyID       string
	Manifest    registry.Manifest
	Artifacts   map[string]string
	State       string
	Progress    Progress
	Report      []byte
	ReportHash  string
	Passed      bool
	Reviewer    string
	Reason      string
	Level       string
	LevelReason string
	LevelAt     *time.Time
	SubmittedAt time.Time
	ReviewedAt  *time.Time
}

func (r versionRow) version() Version {
	return Version{
		r.ID, r.Plugin, r.Version, r.DeveloperID, r.Author, r.Package, r.Size, r.KeyID, r.Manifest, r.Artifacts, State(r.State), r.Progress,
		json.RawMessage(r.Report), r.ReportHash, r.Passed, r.Reviewer, r.Reason,
		registry.Revocation{Level: registry.Level(r.Level), Reason: r.LevelReason, At: r.LevelAt}, r.SubmittedAt, r.ReviewedAt,
	}
}

const selectVersion = `
	select v.id, v.plugin, v.version, v.developer_id, d.name as author, v.package, v.size, v.key_id, v.manifest, v.artifacts,
	       v.state, v.progress, v.report, v.report_hash, v.passed, v.reviewer, v.reason, v.level, v.level_reason, v.level_at, v.submitted_at, v.reviewed_at
	  from marketplace_version v join marketplace_developer d on d.id = v.developer_id`

func oneVersion(ctx context.Context, tx *pg.Tx, where string, args ...any) (Version, error) {
	r, err := pg.CollectOne[versionRow](ctx, tx, selectVersion+where, args...)
	if errors.Is(err, pg.ErrNoRows) {
		return Version{}, errUnknown
	}
	if err != nil {
		return Version{}, fmt.Errorf("marketplace: read version: %w", err)
	}
	return r.version(), nil
}

func versionOf(ctx context.Context, tx *pg.Tx, plugin, version string) (Version, error) {
	return oneVersion(ctx, tx, ` where v.plugin = $1 and v.version = $2`, plugin, version)
}

func lockVersion(ctx context.Context, tx *pg.Tx, plugin, version string) (Version, error) {
	return oneVersion(ctx, tx, ` where v.plugin = $1 and v.version = $2 for update of v`, plugin, version)
}

func lockVersionByID(ctx context.Context, tx *pg.Tx, id VersionID) (Version, error) {
	return oneVersion(ctx, tx, ` where v.id = $1 for update of v`, id)
}

func (s *Service) byID(ctx context.Context, id VersionID) (v Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		v, err = oneVersion(ctx, tx, ` where v.id = $1`, id)
		return err
	})
	return v, err
}

// Version reads one. who is a developer who sees their own alone; zero sees
// all.
func (s *Service) Version(ctx context.Context, who DeveloperID, plugin, version string) (v Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		v, err = versionOf(ctx, tx, plugin, version)
		if err == nil && !who.IsZero() && v.Developer != who {
			err = errUnknown
		}
		return err
	})
	return v, err
}

// Filter narrows a list; zero values take everything.
type Filter struct {
	Developer DeveloperID
	State     State
	Plugin    string    // its versions alone
	Before    VersionID // the last of the page before
	Limit     int
}

// Versions lists what was sent in, the newest first.
func (s *Service) Versions(ctx context.Context, f Filter) (list []Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[versionRow](ctx, tx, selectVersion+`
			 where ($1::uuid is null or v.developer_id = $1) and ($2 = '' or v.state = $2) and ($3::uuid is null or v.id < $3)
			   and ($5 = '' or v.plugin = $5)
			 order by v.id desc limit $4`, f.Developer, f.State, f.Before, f.Limit, f.Plugin)
		for _, r := range rows {
			list = append(list, r.version())
		}
		return err
	})
	return list, err
}

// Approved lists every approved version, the oldest first: what hosts should
// have, and what they must not run.
func (s *Service) Approved(ctx context.Context) (list []Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[versionRow](ctx, tx, selectVersion+` where v.state = 'approved' order by v.id`)
		for _, r := range rows {
			list = append(list, r.version())
		}
		return err
	})
	return list, err
}

func setReview(ctx context.Context, tx *pg.Tx, v Version) error {
	_, err := tx.Exec(ctx, `
		update marketplace_version set state = $2, progress = $3, report = $4, report_hash = $5, passed = $6, reviewer = $7, reason = $8, reviewed_at = $9
		 where id = $1`, v.ID, v.State, v.Progress, []byte(v.Report), v.ReportHash, v.Passed, v.Reviewer, v.Reason, v.ReviewedAt)
	return err
}

func setProgress(ctx context.Context, tx *pg.Tx, id VersionID, p Progress) error {
	_, err := tx.Exec(ctx, `update marketplace_version set progress = $2 where id = $1 and state = 'in_review'`, id, p)
	return err
}

func setLevel(ctx context.Context, tx *pg.Tx, v Version) error {
	_, err := tx.Exec(ctx, `update marketplace_version set level = $2, level_reason = $3, level_at = $4 where id = $1`,
		v.ID, v.Revocation.Level, v.Revocation.Reason, v.Revocation.At)
	return err
}

// ArtifactsOf are a version's executables by platform, for operators.
func ArtifactsOf(ctx context.Context, tx *pg.Tx, plugin, version string) (map[string]string, error) {
	v, err := versionOf(ctx, tx, plugin, version)
	return v.Artifacts, err
}
