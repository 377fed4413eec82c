"""Recordings for tests: rows as AirNow and as Aarhus write them, and Hanoi's file counted without our reader."""

import csv
import gzip
from collections import Counter
from pathlib import Path

HEAD = (
    "Site,Parameter,Date (LT),Year,Month,Day,Hour,NowCast Conc.,AQI,AQI Category,Raw Conc.,Conc. Unit,Duration,QC Name"
)
GARAGES = "vehiclecount,updatetime,_id,totalspaces,garagecode,streamtime"


def row(hour: int, value: str = "12.5", check: str = "Valid", day: int = 1, **other: str) -> str:
    """One hour of 2019 as AirNow writes it."""
    cells = {
        "Site": "Hanoi", "Parameter": "PM2.5 - Principal", "Date": "-", "Year": "2019", "Month": "01",
        "Day": f"{day:02}", "Hour": f"{hour:02}", "NowCast": "-999.0", "AQI": "-999", "Category": "",
        "Raw": value, "Unit": "UG/M3", "Duration": "1 Hr", "Check": check,
    } | other  # fmt: skip
    return ",".join(cells.values())


def table(folder: Path, *rows: str, name: str = "hours.csv", head: str = HEAD) -> Path:
    file = folder / name
    text = "\n".join([head, *rows, ""])
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return file


def garages(folder: Path, *rows: str) -> Path:
    return table(folder, *rows, head=GARAGES, name="cars.csv")


def counted(file: Path, year: str | None = None) -> Counter[str]:
    """The file counted by itself, without our reader: values, and absences by their reason."""
    told: Counter[str] = Counter()
    with gzip.open(file, "rt", newline="") as text:
        for line in csv.DictReader(text):
            if year in (None, line["Year"]):
                check = line["QC Name"].lower()
                none = line["Raw Conc."] in ("-999", "-999.0")
                told["missing" if check == "valid" and none else "value" if check == "valid" else check] += 1
    return told
