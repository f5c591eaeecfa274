"""Xiamen's shared bikes as published for the 2021 Digital China contest: rides ended in the morning, and fences."""

from catalog.declared import DeclaredColumn, DeclaredResource
from catalog.model import ColumnType, Derived, Part, Use

FOLDER = "xiamen_bike_dcic2021"

NONE: frozenset[Use] = frozenset()
DIMENSION = frozenset({Use.GROUP, Use.FILTER})
AMOUNT = frozenset({Use.AGGREGATE, Use.FILTER})
OPEN = frozenset({Use.SHOW, Use.GROUP, Use.FILTER, Use.JOIN})
OPEN_AMOUNT = frozenset({Use.SHOW, Use.GROUP, Use.FILTER, Use.AGGREGATE})

BIKE_RIDE_END = DeclaredResource(
    name="bike_ride_end",
    file="bike_lock_close_0709.parquet",
    title="共享单车早高峰关锁",
    title_en="Shared bikes locked in the morning rush",
    provider="厦门市大数据安全开放平台",
    privacy_unit="bicycle_id",
    update_cycle="一次性",
    abstract="2020 年 12 月 21 至 25 日每日 7 至 9 时共享单车关锁记录，附最近的电子围栏；单车编号为化名",
    columns=(
        DeclaredColumn("bicycle_id", "单车编号", "Bicycle", uses=frozenset({Use.JOIN})),
        DeclaredColumn("latitude", "纬度", "Latitude", uses=NONE),
        DeclaredColumn("longitude", "经度", "Longitude", uses=NONE),
        DeclaredColumn("lock_status", "锁状态", "Lock status", uses=DIMENSION),
        DeclaredColumn("update_time", "关锁时间", "Time of locking", uses=DIMENSION),
        DeclaredColumn("nearest_fence_id", "最近围栏编号", "Nearest fence", uses=DIMENSION | {Use.JOIN}),
        DeclaredColumn("nearest_road", "最近道路", "Nearest road", uses=DIMENSION),
        DeclaredColumn(
            "nearest_distance_m", "距最近围栏（米）", "Distance to the nearest fence (m)", uses=AMOUNT, bounds=(0, 500)
        ),
        DeclaredColumn("is_inside", "是否在围栏内", "Inside the fence", uses=DIMENSION),
        DeclaredColumn(
            "ride_date", "关锁日期", "Date", ColumnType.DATE, DIMENSION, derived=Derived("update_time", Part.DATE)
        ),
        DeclaredColumn(
            "ride_hour", "关锁时段", "Hour", ColumnType.INTEGER, DIMENSION, derived=Derived("update_time", Part.HOUR)
        ),
    ),
)
BIKE_FENCE = DeclaredResource(
    name="bike_fence",
    file="fences.parquet",
    title="共享单车电子围栏",
    title_en="Parking fences of shared bikes",
    provider="厦门市大数据安全开放平台",
    privacy_unit=False,
    update_cycle="不定期",
    abstract="共享单车电子围栏的编号、道路、中心点与大小",
    columns=(
        DeclaredColumn("fence_id", "围栏编号", "Fence", uses=OPEN),
        DeclaredColumn("latitude", "中心纬度", "Latitude", uses=OPEN_AMOUNT),
        DeclaredColumn("longitude", "中心经度", "Longitude", uses=OPEN_AMOUNT),
        DeclaredColumn("road", "道路", "Road", uses=OPEN),
        DeclaredColumn("length", "长（米）", "Length (m)", uses=OPEN_AMOUNT),
        DeclaredColumn("width", "宽（米）", "Width (m)", uses=OPEN_AMOUNT),
        DeclaredColumn("area", "面积（平方米）", "Area (m²)", uses=OPEN_AMOUNT),
    ),
)
