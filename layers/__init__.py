"""What the city can show: every layer, in drawing order. Adding one to LAYERS is all it takes.

PUBLIC are those that the public may see, as it sees them.
"""

from layers import (
    buildings,
    camera_views,
    cameras,
    districts,
    incidents,
    no2,
    noise,
    notes,
    parking,
    pm25,
    rain,
    temperature,
    traffic,
    water_level,
)
from layers.base import Layer
from layers.published import published

LAYERS: tuple[Layer, ...] = (
    buildings.LAYER,
    districts.LAYER,
    camera_views.LAYER,
    parking.LAYER,
    traffic.LAYER,
    rain.LAYER,
    noise.LAYER,
    no2.LAYER,
    temperature.LAYER,
    pm25.LAYER,
    water_level.LAYER,
    cameras.LAYER,
    incidents.LAYER,
    notes.LAYER,
)

PUBLIC: tuple[Layer, ...] = tuple(published(layer) for layer in LAYERS if layer.public is not None)
