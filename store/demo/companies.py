"""The customers, all invented: name, country and town, by territory and industry."""

FOOD, PAPER, CHEMICALS = "Food and beverage", "Paper", "Chemicals"
AUTOMOTIVE, WATER, CEMENT = "Automotive suppliers", "Water utilities", "Cement"

Listed = tuple[str, str, str]
"""Name, country, town of the head office."""

COMPANIES: dict[str, dict[str, tuple[Listed, ...]]] = {
    "Americas East": {
        FOOD: (
            ("Lakeshore Foods", "United States", "Muskegon"),
            ("Lakeshore Logistics", "United States", "Holland"),
            ("Cedar Hollow Creamery", "United States", "Burlington"),
            ("Old Mill Bakeries", "United States", "Lancaster"),
            ("Harvest Bend Foods", "United States", "Toledo"),
            ("Maple Ridge Dairy", "Canada", "Kingston"),
            ("Northbrook Brewing", "United States", "Rochester"),
            ("Stonegate Beverages", "United States", "Louisville"),
            ("Tidewater Seafoods", "United States", "Norfolk"),
        ),
        PAPER: (
            ("Kennebec Pulp", "United States", "Augusta"),
            ("Great Bend Paper", "United States", "Erie"),
            ("Whitewater Tissue", "United States", "Appleton"),
            ("Laurentide Papers", "Canada", "Trois-Rivières"),
            ("Fox Hollow Board", "United States", "Roanoke"),
            ("Penobscot Tissue", "United States", "Bangor"),
        ),
        CHEMICALS: (
            ("Harborview Chemicals", "United States", "Baltimore"),
            ("Calloway Resins", "United States", "Chattanooga"),
            ("Allegheny Solvents", "United States", "Pittsburgh"),
            ("Sterling Adhesives", "United States", "Akron"),
            ("Tidewater Polymers", "United States", "Norfolk"),
        ),
        AUTOMOTIVE: (
            ("Hadley Drivetrain", "United States", "Dayton"),
            ("Monroe Stampings", "United States", "Flint"),
            ("Great Lakes Forge", "United States", "Saginaw"),
            ("Tri-County Gear", "United States", "Kalamazoo"),
            ("Vulcan Brake Systems", "United States", "Greenville"),
            ("Huron Castings", "Canada", "Windsor"),
            ("Blackwater Bearings", "United States", "Gastonia"),
        ),
        WATER: (
            ("Harborview Water Authority", "United States", "Baltimore"),
            ("Lake County Water District", "United States", "Painesville"),
            ("Tidewater Utilities", "United States", "Norfolk"),
            ("Ottawa Valley Waterworks", "Canada", "Pembroke"),
            ("Mill Creek Sanitation District", "United States", "Allentown"),
        ),
        CEMENT: (
            ("Keystone Cement & Aggregates", "United States", "Bath"),
            ("Limestone Ridge Cement", "United States", "Bloomington"),
            ("Saint-Maurice Cement", "Canada", "Shawinigan"),
            ("Old Dominion Lime", "United States", "Lynchburg"),
        ),
    },
    "Americas West": {
        FOOD: (
            ("Prairie Gold Milling", "United States", "Salina"),
            ("Bluewater Seafoods", "United States", "Astoria"),
            ("Sunfield Juices", "United States", "Fresno"),
            ("Tierra Alta Coffee", "Mexico", "Xalapa"),
            ("Grupo Valmonte", "Mexico", "Guadalajara"),
            ("Kettle & Pine Snacks", "United States", "Boise"),
            ("Mesa Verde Meats", "United States", "Greeley"),
        ),
        PAPER: (
            ("Juniper Packaging", "United States", "Longview"),
            ("Altamira Packaging", "Mexico", "Monterrey"),
            ("Clearwater Fiber", "United States", "Lewiston"),
            ("Celulose Ibirama", "Brazil", "Lages"),
        ),
        CHEMICALS: (
            ("Redstone Coatings", "United States", "Tulsa"),
            ("Bayou Petrochem", "United States", "Lake Charles"),
            ("Pinnacle Polymers", "United States", "Baytown"),
            ("Cascade Nitrogen", "United States", "Kennewick"),
            ("Química Paraná", "Brazil", "Curitiba"),
            ("Gulf Crest Chemicals", "United States", "Beaumont"),
        ),
        AUTOMOTIVE: (
            ("Ironwood Castings", "United States", "Ogden"),
            ("Precision Axle Works", "United States", "Wichita"),
            ("Autopartes del Bajío", "Mexico", "León"),
            ("Summit Bearings & Hubs", "United States", "Reno"),
            ("Metalúrgica Serra Azul", "Brazil", "Joinville"),
            ("Ironwood Drivelines", "United States", "Ogden"),
        ),
        WATER: (
            ("Pueblo Mesa Water", "United States", "Pueblo"),
            ("Santa Rosa Valley Water", "United States", "Santa Rosa"),
            ("Desert Springs Municipal Water", "United States", "Yuma"),
            ("Aguas del Norte", "Mexico", "Chihuahua"),
            ("Bitterroot Valley Water", "United States", "Missoula"),
        ),
        CEMENT: (
            ("Rio Claro Cement", "Brazil", "Rio Claro"),
            ("Redstone Cement", "United States", "Tulsa"),
            ("Blue Mesa Cement", "United States", "Grand Junction"),
            ("Cementos Sierra Madre", "Mexico", "Hermosillo"),
        ),
    },
    "EMEA": {
        FOOD: (
            ("Nordland Molkerei", "Germany", "Flensburg"),
            ("Brauhaus Altenfels", "Germany", "Bamberg"),
            ("Van Rijswijk Zuivel", "Netherlands", "Zwolle"),
            ("Conserves Belcourt", "France", "Quimper"),
            ("Pastificio Terranova", "Italy", "Parma"),
            ("Zakłady Mleczne Orlin", "Poland", "Łowicz"),
            ("Fjordfisk", "Norway", "Bergen"),
        ),
        PAPER: (
            ("Brandt Paper", "Germany", "Düren"),
            ("Papeteries de la Vezère", "France", "Brive"),
            ("Skogsta Kartong", "Sweden", "Sundsvall"),
            ("Kauko Pulp", "Finland", "Kotka"),
            ("Cartiera Montelago", "Italy", "Lucca"),
            ("Papierfabrik Weilbach", "Germany", "Aschaffenburg"),
        ),
        CHEMICALS: (
            ("Rheinau Chemie", "Germany", "Leverkusen"),
            ("Harzberg Lacke", "Germany", "Goslar"),
            ("Solvéa Chimie", "France", "Lyon"),
            ("Delta Kunststoffen", "Netherlands", "Terneuzen"),
            ("Wisła Chem", "Poland", "Płock"),
            ("Química Llobregat", "Spain", "Tarragona"),
        ),
        AUTOMOTIVE: (
            ("Brandt Antriebstechnik", "Germany", "Schweinfurt"),
            ("Schmiede Altmark", "Germany", "Stendal"),
            ("Fonderies du Jura", "France", "Dole"),
            ("Ovest Componenti", "Italy", "Turin"),
            ("Moravské Odlitky", "Czechia", "Ostrava"),
            ("Silesia Stampings", "Poland", "Gliwice"),
            ("Penrhyn Castings", "United Kingdom", "Wrexham"),
        ),
        WATER: (
            ("Stadtwerke Neuenhagen", "Germany", "Neuenhagen"),
            ("Wasserverband Oderland", "Germany", "Frankfurt (Oder)"),
            ("Eaux du Vercors", "France", "Grenoble"),
            ("Waterschap Meerlanden", "Netherlands", "Hoofddorp"),
            ("Severn Vale Water", "United Kingdom", "Gloucester"),
            ("Sundets Vand", "Denmark", "Helsingør"),
            ("Acqua Lariana", "Italy", "Como"),
        ),
        CEMENT: (
            ("Zementwerk Karlsberg", "Germany", "Heidelberg"),
            ("Ciments du Rhône", "France", "Montélimar"),
            ("Cementos del Ebro", "Spain", "Zaragoza"),
            ("Nordfelt Zement", "Denmark", "Aalborg"),
            ("Cementownia Kamień", "Poland", "Kielce"),
        ),
    },
    "Asia-Pacific": {
        FOOD: (
            ("Jiangnan Dairy 江南乳业", "China", "Hangzhou 杭州"),
            ("Lushan Beverage 庐山饮料", "China", "Jiujiang 九江"),
            ("Haitian Seafood 海恬水产", "China", "Ningbo 宁波"),
            ("Taihe Grain 泰禾粮油", "China", "Nantong 南通"),
            ("Mekong Delta Foods", "Vietnam", "Can Tho"),
            ("Qingshan Tea Drinks 青杉茶饮", "China", "Huangshan 黄山"),
        ),
        PAPER: (
            ("Huadong Paper 华东纸业", "China", "Zhenjiang 镇江"),
            ("Baishan Paper 柏山纸业", "China", "Dongguan 东莞"),
            ("Minjiang Packaging 闽江包装", "China", "Fuzhou 福州"),
            ("Yulin Tissue 榆林纸品", "China", "Chengdu 成都"),
        ),
        CHEMICALS: (
            ("Jiangnan Chemical 江南化工", "China", "Nanjing 南京"),
            ("Dongtai Resin 东泰树脂", "China", "Changzhou 常州"),
            ("Beihai Coatings 北海涂料", "China", "Tianjin 天津"),
            ("Ruifeng Fine Chemical 瑞丰精化", "China", "Shaoxing 绍兴"),
            ("Jurong Specialty Chemicals", "Singapore", "Singapore"),
        ),
        AUTOMOTIVE: (
            ("Huaxin Gear 华鑫齿轮", "China", "Suzhou 苏州"),
            ("Xiangjiang Casting 湘江铸造", "China", "Changsha 长沙"),
            ("Shenda Bearing 申达轴承", "China", "Wuxi 无锡"),
            ("Hongtu Auto Parts 宏途汽配", "China", "Wuhan 武汉"),
            ("Yuhang Transmission 余航传动", "China", "Chongqing 重庆"),
            ("Dongtai Stamping 东泰冲压", "China", "Changzhou 常州"),
        ),
        WATER: (
            ("Huadong Water 华东水务", "China", "Jiaxing 嘉兴"),
            ("Binjiang Water 滨江水务", "China", "Yangzhou 扬州"),
            ("Qinhe Water 沁河水务", "China", "Jinan 济南"),
            ("Nanhu Water 南湖水务", "China", "Hefei 合肥"),
            ("Lanxi Water 兰溪水务", "China", "Jinhua 金华"),
        ),
        CEMENT: (
            ("Tiantai Cement 天台水泥", "China", "Taizhou 台州"),
            ("Wanling Cement 皖岭水泥", "China", "Wuhu 芜湖"),
            ("Guishan Cement 桂山水泥", "China", "Liuzhou 柳州"),
            ("Cuihu Cement 翠湖水泥", "China", "Kunming 昆明"),
        ),
    },
}

PARENTS = {
    "Lakeshore Logistics": "Lakeshore Foods",
    "Redstone Cement": "Redstone Coatings",
    "Huadong Paper 华东纸业": "Huadong Water 华东水务",
}
"""Companies that belong to another one of the list."""

OWNERS = {
    "Lakeshore Foods": "Dana Whitfield",
    "Lakeshore Logistics": "Marcus Bell",
    "Cedar Hollow Creamery": "Dana Whitfield",
    "Great Bend Paper": "Dana Whitfield",
    "Calloway Resins": "Dana Whitfield",
    "Hadley Drivetrain": "Dana Whitfield",
    "Harborview Chemicals": "Dana Whitfield",
    "Harborview Water Authority": "Colleen Byrne",
    "Brandt Paper": "Jonas Weber",
    "Rio Claro Cement": "Beatriz Fonseca",
    "Redstone Coatings": "Tyler Nakamura",
    "Redstone Cement": "Owen Castellano",
    "Huadong Water 华东水务": "Li Na 李娜",
}
"""Accounts whose owner is part of a story; the others are dealt out in turn."""

SITES = {
    "United States": (
        "Grand Rapids", "Toledo", "Fort Wayne", "Macon", "Columbus", "Rockford", "Decatur", "Spartanburg", "Modesto",
        "Traverse City", "Waco", "Topeka", "Yakima", "Mobile", "Scranton", "Duluth",
    ),
    "Canada": ("Sherbrooke", "Guelph", "Thunder Bay", "Red Deer", "Moncton"),
    "Mexico": ("Puebla", "Querétaro", "Saltillo", "Torreón", "Aguascalientes"),
    "Brazil": ("Campinas", "Sorocaba", "Betim", "Londrina", "Itajaí"),
    "Germany": ("Kassel", "Bielefeld", "Chemnitz", "Ulm", "Osnabrück", "Regensburg", "Rostock"),
    "France": ("Reims", "Amiens", "Nantes", "Limoges", "Mulhouse"),
    "Netherlands": ("Breda", "Enschede", "Venlo"),
    "Italy": ("Brescia", "Modena", "Terni"),
    "Spain": ("Burgos", "Lleida", "Huesca"),
    "Poland": ("Lublin", "Toruń", "Opole"),
    "Czechia": ("Brno", "Plzeň", "Olomouc"),
    "United Kingdom": ("Derby", "Telford", "Swansea"),
    "Denmark": ("Odense", "Esbjerg", "Kolding"),
    "Sweden": ("Gävle", "Borås", "Umeå"),
    "Norway": ("Stavanger", "Ålesund", "Tromsø"),
    "Finland": ("Lahti", "Oulu", "Vaasa"),
    "China": (
        "Kunshan 昆山", "Taicang 太仓", "Jiangyin 江阴", "Huzhou 湖州", "Yancheng 盐城", "Jinhua 金华", "Xuzhou 徐州",
        "Zhuhai 珠海", "Foshan 佛山", "Weifang 潍坊",
    ),
    "Vietnam": ("Bien Hoa", "Hai Phong"),
    "Singapore": ("Tuas", "Jurong Island"),
}  # fmt: skip
"""Towns with further plants."""

PLANTS = {FOOD: "plant", PAPER: "mill", CHEMICALS: "site", AUTOMOTIVE: "works", WATER: "stations", CEMENT: "kiln"}
"""What a site is called in each industry."""
