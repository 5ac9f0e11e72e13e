package importing

import "github.com/fenli-io/fenli/platform/fault"

var (
	errFile = fault.New(fault.Malformed, "importing.file",
		"无法读取文件 {file}", "the file {file} cannot be read")
	errHeader = fault.New(fault.Malformed, "importing.header",
		"首行必须恰好包含这些列：{columns}", "the first line must name exactly these columns: {columns}")
	errNoFiles = fault.New(fault.Invalid, "importing.no_files",
		"请给出要导入的文件", "there is no file to import")
	errPrefix = fault.New(fault.Invalid, "importing.prefix",
		"前缀须为 1 到 20 位小写字母、数字或连字符，且不会使两个店铺同名", "the prefix has 1 to 20 small letters, digits or hyphens, and must not give two stores one name")
	errOtherFiles = fault.New(fault.Conflict, "importing.other_files",
		"店铺 {store} 已由其他文件导入，请换一个前缀", "the store {store} was made from other files; choose another prefix")
	errElsewhere = fault.New(fault.Conflict, "importing.elsewhere",
		"店铺 {store} 正由另一进程导入", "another process is importing the store {store}")
)
