package registry

import "github.com/fenli-io/fenli/platform/fault"

// ChangedBytes refuses other bytes under a version that exists.
func ChangedBytes(plugin, version string) error {
	return errChangedBytes.With("plugin", plugin).With("version", version)
}

// Each refusal is its own code. The sentence says what is wrong and what to do
// about it.
var (
	errUnreadable = fault.New(fault.Invalid, "registry.unreadable",
		"这不是一个插件包：{problem}。请用 fenli plugin pack 重新打包", "this is no package: {problem}. Make it again with `fenli plugin pack`")
	errTooLarge = fault.New(fault.TooLarge, "registry.too_large",
		"插件包过大：{problem}。请去掉不需要的文件", "the package is too large: {problem}. Leave out files that are not needed")
	errUnlisted = fault.New(fault.Invalid, "registry.unlisted_file",
		"文件 {path} 不在清单里，或清单里的文件缺失。请用 fenli plugin pack 重新打包", "the file {path} is not in the MANIFEST, or is missing. Make the package again with `fenli plugin pack`")
	errFileHash = fault.New(fault.Invalid, "registry.hash_mismatch",
		"{path} 的内容与登记的哈希不符。请重新下载；若仍不符，请勿使用并告知平台", "the bytes of {path} are not those that were signed for. Fetch it again; if they still differ, do not use it and tell the operator")
	errManifest = fault.New(fault.Invalid, "registry.manifest",
		"manifest.json 的 {field} 有误：{problem}", "manifest.json: {field}: {problem}")
	errManifestLies = fault.New(fault.Invalid, "registry.manifest_lies",
		"程序自述的{what}与包里写的不一致。请用同一个程序重新打包", "the program says another {what} of itself than the package does. Pack the program that you ship")
	errNotStatic = fault.New(fault.Invalid, "registry.not_static",
		"{path} 不是静态程序：{problem}。请用 CGO_ENABLED=0 go build -trimpath 编译", "{path} is no static program: {problem}. Build it with CGO_ENABLED=0 go build -trimpath")
	errWrongArch = fault.New(fault.Invalid, "registry.wrong_architecture",
		"{path} 是 {found} 的程序，应为 {want}。请用 GOARCH 重新编译", "{path} is a program for {found}, not for {want}. Build it with the right GOARCH")
	errNoArtifact = fault.New(fault.Invalid, "registry.no_artifact",
		"包里没有 {platform} 的程序。请作者补充这个平台", "the package has no program for {platform}. Ask its author to add that platform")

	errUnsigned = fault.New(fault.Invalid, "registry.unsigned",
		"插件包没有签名。请用 fenli plugin sign 签名", "the package is not signed. Sign it with `fenli plugin sign`")
	errBadSignature = fault.New(fault.Invalid, "registry.bad_signature",
		"{what}的签名不对：内容被改动过，或不是用这个密钥签的。请重新获取", "the signature of {what} is wrong: the content was altered or another key signed it. Fetch it again")
	errUnknownKey = fault.New(fault.Invalid, "registry.unknown_key",
		"密钥 {key} 未登记。请先登记公钥，或换用已登记的密钥签名", "the key {key} is not registered. Register its public half, or sign with a registered key")
	errRevokedKey = fault.New(fault.Invalid, "registry.revoked_key",
		"密钥 {key} 已被吊销。请用新密钥重新签名", "the key {key} was revoked. Sign again with a new key")
	errThreshold = fault.New(fault.Invalid, "registry.too_few_signatures",
		"{what}只有 {have} 个有效签名，需要 {want} 个。请让更多运营者签名", "{what} has {have} good signatures and needs {want}. Let more operators sign it")

	errNoRoot = fault.New(fault.Invalid, "registry.untrusted_root",
		"不知道该信任谁：请用 root.json 指定平台的密钥", "nobody is trusted yet: name the operator's root.json, which you had from them and not from the registry")
	errRoot = fault.New(fault.Invalid, "registry.root",
		"root.json 第 {version} 版不能接续已信任的第 {trusted} 版：{problem}", "version {version} of root.json does not continue the trusted version {trusted}: {problem}")
	errIndexExpired = fault.New(fault.Invalid, "registry.index_expired",
		"目录已于 {at} 过期。请让平台重新签发，或更新离线副本", "the index expired at {at}. Let the operator sign it anew, or bring a newer copy")
	errRolledBack = fault.New(fault.Conflict, "registry.rolled_back",
		"目录是第 {counter} 号，而您已见过第 {seen} 号：有人拿出了旧目录。请换一个来源", "the index is number {counter} and number {seen} was seen before: somebody shows an old one. Use another source")
	errLogRewritten = fault.New(fault.Conflict, "registry.log_rewritten",
		"日志不是您见过的日志的延续（第 {at} 行）。请告知平台，不要安装", "the log is no continuation of the one seen before (line {at}). Tell the operator and install nothing")
	errLogBroken = fault.New(fault.Invalid, "registry.log_broken",
		"日志第 {at} 行断了：{problem}", "the log is broken at line {at}: {problem}")
	errChangedBytes = fault.New(fault.Conflict, "registry.changed_bytes",
		"{plugin} {version} 已以别的内容发布。版本的内容不能改变，请用新版本号", "{plugin} {version} was published with other bytes. A version's bytes never change: give it a new number")

	errUnknownPlugin = fault.New(fault.NotFound, "registry.unknown_version",
		"目录里没有 {plugin} {version}", "the index has no {plugin} {version}")
	errUnreviewed = fault.New(fault.Conflict, "registry.not_approved",
		"{plugin} {version} 未通过审核", "{plugin} {version} was not approved by an operator")
	errRevoked = fault.New(fault.Conflict, "registry.revoked",
		"{plugin} {version} 已下架：{reason}。请选用其他版本", "{plugin} {version} was revoked: {reason}. Choose another version")
	errSource = fault.New(fault.Invalid, "registry.source",
		"不能从 {base} 读取：只接受文件夹、https 和本机地址", "cannot read from {base}: only a folder, https and this machine are read from")
	errUnavailable = fault.New(fault.Unavailable, "registry.unavailable",
		"读不到 {path}。请检查网络或文件夹", "{path} cannot be read. Check the network or the folder")
	errPassphrase = fault.New(fault.Invalid, "registry.passphrase",
		"密钥文件有口令保护，口令不对或没有给出（FENLI_KEY_PASSPHRASE）", "the key file is sealed and the passphrase is wrong or missing (FENLI_KEY_PASSPHRASE)")
	errKeyFile = fault.New(fault.Invalid, "registry.key_file",
		"{path} 不是密钥文件：{problem}", "{path} is no key file: {problem}")
)
