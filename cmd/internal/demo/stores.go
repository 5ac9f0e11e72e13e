package demo

// The two stores of the demo. Everything here is sample data: the names are
// invented, and the stores' agreements say so.

type shop struct {
	Slug, Name, Slogan    string
	Primary, Accent, Word string
	Strategy              string
	Config, Idea          string // of the strategy in force, and what the owner would like to try
	Levels                int
	OwnerLogin            string
	Products              []product
	Team                  []member
	Buyers                []string
	Recruits              []string // below the sample seller
	Seed                  int64
}

type product struct {
	Title, Category, Text string
	Code                  string
	Price, Cost           int64 // fen
	Stock                 int
	Colour                string
	Shape                 string // "bottle", "box", "tin"
}

type member struct {
	ID, Name, Upline, Grade string
}

var shops = []shop{
	{
		Slug: "nails", Name: "指尖花园美甲", Slogan: "把春天涂在指尖", Primary: "#b4235a", Accent: "#d6336c", Word: "推广员",
		Strategy: "three-level", Config: `{"rates": ["0.12", "0.05", "0.02"]}`, Idea: `{"rates": ["0.15", "0.05", "0.01"]}`,
		Levels: 3, OwnerLogin: "owner@nails.demo", Seed: 7,
		Products: []product{
			{"甲油胶 · 樱花粉", "甲油胶/纯色", "10 ml，可卸，持久 21 天。", "GEL-SAKURA", 3900, 1200, 400, "#e88aa8", "bottle"},
			{"甲油胶 · 奶茶裸", "甲油胶/纯色", "10 ml，显白不挑皮。", "GEL-MILKTEA", 3900, 1200, 400, "#c79a7b", "bottle"},
			{"猫眼胶 · 星河蓝", "甲油胶/猫眼", "配磁铁，一刷成型。", "CAT-GALAXY", 5900, 2100, 300, "#3b5ba5", "bottle"},
			{"穿戴甲 · 法式白边", "穿戴甲", "24 片，含果冻胶与锉条。", "PRESS-FRENCH", 6900, 2600, 200, "#f1e4dc", "box"},
			{"穿戴甲 · 红丝绒", "穿戴甲", "24 片，短梯形。", "PRESS-VELVET", 7900, 2900, 200, "#8d1c2f", "box"},
			{"护手霜 · 乳木果", "护理", "50 g，不黏手。", "CREAM-SHEA", 4500, 1500, 350, "#e4c590", "tin"},
			{"LED 美甲灯 48W", "工具", "双光源，四档定时。", "LAMP-48W", 12900, 6800, 120, "#b9b4c7", "box"},
			{"开店套装 · 12 色", "套装", "12 色甲油胶 + 底油封层 + 工具。", "KIT-12", 29900, 13800, 90, "#d46a92", "box"},
		},
		Team: []member{
			{"wang", "王小曼", "", "senior"}, {"li", "李青", "wang", "normal"}, {"zhao", "赵一一", "li", "normal"},
			{"chen", "陈果", "wang", "normal"}, {"sun", "孙笑", "", "partner"}, {"zhou", "周南", "sun", "senior"},
			{"wu", "吴桐", "zhou", "normal"}, {"zheng", "郑好", "sun", "normal"}, {"feng", "冯夏", "li", "normal"}, {"he", "何雨", "chen", "normal"},
		},
		Buyers:   []string{"林悦", "白露", "许诺", "顾盼", "沈星", "苏苏", "叶子", "田甜", "唐棠", "梁冬", "宋词", "江月", "杜鹃", "方糖"},
		Recruits: []string{"钱多多", "秦昭"},
	},
	{
		Slug: "tea", Name: "山野茶行", Slogan: "一叶一山，一盏一味", Primary: "#1f6b4a", Accent: "#b35c00", Word: "茶友合伙人",
		Strategy: "differential", Config: `{"grades": {"normal": "0.06", "senior": "0.10", "partner": "0.14"}, "peer": {"rate": "0.10", "of": "peer_income", "max": 1}}`,
		Idea:   `{"grades": {"normal": "0.08", "senior": "0.11", "partner": "0.15"}, "peer": {"rate": "0.05", "of": "peer_income", "max": 1}}`,
		Levels: 3, OwnerLogin: "owner@tea.demo", Seed: 11,
		Products: []product{
			{"明前龙井 100 g", "茶/绿茶/龙井", "狮峰产区，三月下旬采。", "TEA-LONGJING", 26800, 14000, 160, "#7fa85a", "tin"},
			{"碧螺春 100 g", "茶/绿茶/碧螺春", "洞庭东山，一芽一叶。", "TEA-BILUO", 19800, 9800, 160, "#93b36b", "tin"},
			{"正山小种 150 g", "茶/红茶/小种", "桐木关，松烟香。", "TEA-XIAOZHONG", 16800, 7600, 200, "#8a3b1f", "tin"},
			{"凤凰单丛 · 鸭屎香 100 g", "茶/乌龙/单丛", "花香高扬，回甘快。", "TEA-DANCONG", 18800, 8600, 180, "#b98a3e", "tin"},
			{"老白茶饼 350 g", "茶/白茶/饼", "2019 年，可煮。", "TEA-LAOBAI", 32800, 16500, 100, "#a79b84", "box"},
			{"熟普小青柑 10 颗", "茶/黑茶/小青柑", "新会青柑，十年熟普。", "TEA-XIAOQINGGAN", 8900, 3600, 300, "#4f7a3a", "box"},
			{"汝窑盖碗", "茶器/盖碗", "140 ml，天青釉。", "WARE-GAIWAN", 13800, 5200, 110, "#a9c6c1", "box"},
			{"旅行茶具一套", "茶器/套组", "一壶三杯，收纳包。", "WARE-TRAVEL", 15800, 7000, 130, "#6f7f74", "box"},
		},
		Team: []member{
			{"tang", "唐先生", "", "partner"}, {"xu", "徐梅", "tang", "senior"}, {"gao", "高远", "xu", "normal"},
			{"luo", "罗素", "xu", "normal"}, {"song", "宋清", "tang", "normal"}, {"deng", "邓禾", "", "senior"},
			{"cao", "曹溪", "deng", "senior"}, {"peng", "彭彭", "cao", "normal"},
		},
		Buyers:   []string{"阮明", "柳风", "钟灵", "莫言之", "石泉", "温酒", "霍山", "祁红", "武夷", "安溪", "黄山", "庐山"},
		Recruits: []string{"季春", "萧然"},
	},
}
