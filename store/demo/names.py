"""Names of the people at customers, and what they do there."""

from store.demo.companies import AUTOMOTIVE, CEMENT, CHEMICALS, FOOD, PAPER, WATER
from store.models import BuyingRole

GIVEN = {
    "en": (
        "Karen", "Luis", "Denise", "Howard", "Priscilla", "Earl", "Monica", "Trevor", "Yvonne", "Craig", "Alicia",
        "Raymond", "Sheila", "Victor", "Paula", "Dwight", "Nadine", "Curtis", "Renee", "Stuart", "Gloria", "Wayne",
        "Bethany", "Ian", "Marisol", "Norman", "Felicia", "Grant", "Lorraine", "Derek",
    ),
    "es": ("Ignacio", "Lucía", "Rodrigo", "Mariana", "Gerardo", "Paloma", "Héctor", "Ximena", "Ramón", "Inés"),
    "pt": ("Caio", "Larissa", "Thiago", "Renata", "Otávio", "Débora", "Márcio", "Simone"),
    "de": (
        "Matthias", "Sabine", "Holger", "Anke", "Frank", "Birgit", "Thorsten", "Heike", "Uwe", "Petra", "Stefan",
        "Claudia", "Ralf", "Annette",
    ),
    "fr": ("Benoît", "Céline", "Thierry", "Sylvie", "Guillaume", "Nathalie", "Fabrice", "Émilie", "Laurent"),
    "it": ("Alessandro", "Chiara", "Davide", "Federica", "Massimo", "Elena"),
    "nl": ("Pieter", "Marloes", "Joost", "Annemiek", "Sander", "Femke"),
    "pl": ("Tomasz", "Agnieszka", "Paweł", "Katarzyna", "Marek", "Zdenka"),
    "nordic": ("Lars", "Ingrid", "Mikkel", "Kirsten", "Anders", "Sanna", "Henrik", "Maja"),
    "zh": (
        "Jianguo 建国", "Min 敏", "Haitao 海涛", "Xiaoyan 晓燕", "Zhiqiang 志强", "Lihua 丽华", "Jun 军", "Ting 婷",
        "Weidong 卫东", "Xue 雪", "Guoping 国平", "Yan 艳", "Peng 鹏", "Meiling 美玲", "Yong 勇", "Qian 倩",
    ),
    "sea": ("Hock Seng", "Mei Ling", "Minh", "Thu Ha", "Quang", "Priya"),
}  # fmt: skip
FAMILY = {
    "en": (
        "Delgado", "Pruitt", "Hensley", "Okonkwo", "Barlow", "Tran", "McAllister", "Vance", "Stroud", "Whitaker",
        "Bauer", "Coleman", "Drummond", "Esposito", "Fitch", "Garrison", "Hollis", "Ivers", "Jarvis", "Kessler",
        "Landry", "Mercer", "Novak", "Ochoa", "Pickett", "Quinlan", "Radford", "Sorensen", "Thorne", "Underhill",
    ),
    "es": ("Cárdenas", "Villalobos", "Montes", "Zamora", "Trejo", "Escobedo", "Bermúdez", "Rivas"),
    "pt": ("Nogueira", "Tavares", "Pacheco", "Antunes", "Queiroz", "Vieira"),
    "de": (
        "Kröger", "Baumann", "Seidel", "Pfeiffer", "Lindner", "Reuter", "Hagemann", "Brinkmann", "Kuhn", "Wiegand",
        "Ostermann", "Thiel",
    ),
    "fr": ("Lemaire", "Perrot", "Charpentier", "Roussel", "Besson", "Delorme", "Guérin", "Vasseur"),
    "it": ("Marchetti", "Galli", "Rinaldi", "Fontana", "Serra"),
    "nl": ("de Graaf", "Hoekstra", "van Dam", "Bosman", "Kuiper"),
    "pl": ("Wójcik", "Mazur", "Pawlak", "Dvořák", "Sikora"),
    "nordic": ("Lindqvist", "Holm", "Bergström", "Nyberg", "Kjær", "Solberg", "Virtanen"),
    "zh": ("Sun 孙", "Zhou 周", "Wu 吴", "Xu 徐", "Zhu 朱", "Gao 高", "Lin 林", "He 何", "Guo 郭", "Ma 马", "Luo 罗"),
    "sea": ("Tan", "Lim", "Nguyen", "Pham", "Ong"),
}  # fmt: skip
SPOKEN = {
    "Canada": "en", "United States": "en", "United Kingdom": "en", "Mexico": "es", "Spain": "es", "Brazil": "pt",
    "Germany": "de", "France": "fr", "Italy": "it", "Netherlands": "nl", "Poland": "pl", "Czechia": "pl",
    "Denmark": "nordic", "Sweden": "nordic", "Norway": "nordic", "Finland": "nordic", "China": "zh",
    "Vietnam": "sea", "Singapore": "sea",
}  # fmt: skip

TITLES = (
    ("Maintenance Manager", BuyingRole.CHAMPION),
    ("Plant Manager", BuyingRole.DECISION_MAKER),
    ("Reliability Engineer", BuyingRole.TECHNICAL),
    ("CFO", BuyingRole.ECONOMIC_BUYER),
    ("OT Security Officer", BuyingRole.SECURITY),
    ("Procurement Manager", BuyingRole.PROCUREMENT),
)
"""Titles, and the part that somebody with it usually plays; every account has the first two."""
CHINESE_TITLES = {
    "Maintenance Manager": "设备部经理",
    "Plant Manager": "厂长",
    "Reliability Engineer": "设备工程师",
    "CFO": "财务总监",
    "OT Security Officer": "信息安全主管",
    "Procurement Manager": "采购经理",
}

MACHINES = {
    FOOD: ("the ammonia compressor", "filler 3", "the homogenizer", "the spiral freezer fans", "the bottle washer"),
    PAPER: ("the drive-side dryer bearings", "the vacuum pumps", "the refiner", "the hood fans", "the winder"),
    CHEMICALS: ("the agitator gearbox", "the centrifuge", "the feed pumps", "the cooling-tower fans", "the blower"),
    AUTOMOTIVE: ("the 800-ton press", "spindle 4", "the shot blaster", "the coolant pumps", "the furnace fan"),
    WATER: ("raw-water pump 2", "the aeration blowers", "the booster pumps", "the sludge centrifuge", "pump house 6"),
    CEMENT: ("the kiln drive", "the raw mill", "the separator fan", "the clinker cooler fans", "the bucket elevator"),
}
CHINESE_MACHINES = {
    FOOD: ("氨压缩机", "3号灌装机", "均质机", "冷冻风机"),
    PAPER: ("烘缸轴承", "真空泵", "磨浆机", "复卷机"),
    CHEMICALS: ("反应釜搅拌减速机", "离心机", "进料泵", "冷却塔风机"),
    AUTOMOTIVE: ("800吨压机", "4号主轴", "抛丸机", "冷却液泵"),
    WATER: ("2号取水泵", "曝气鼓风机", "加压泵", "6号泵站"),
    CEMENT: ("回转窑主传动", "生料磨", "选粉机风机", "篦冷机风机"),
}
