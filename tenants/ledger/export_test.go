package ledger

var (
	KindNames    = kindNames[:]
	AssetNames   = assetNames[:]
	AccountNames = accountNames[:]
)
