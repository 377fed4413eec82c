"""What the city can show: every layer, in drawing order. Adding one to LAYERS is all it takes."""

from layers import buildings, camera_views, cameras, incidents, parking, pm25, temperature
from layers.base import Layer

LAYERS: tuple[Layer, ...] = (
    buildings.LAYER,
    camera_views.LAYER,
    parking.LAYER,
    pm25.LAYER,
    temperature.LAYER,
    cameras.LAYER,
    incidents.LAYER,
)
