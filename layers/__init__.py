"""What the city can show: every layer, in drawing order. Adding one to LAYERS is all it takes.

PUBLIC are those that the public may see, as it sees them.
"""

from layers import buildings, camera_views, cameras, incidents, parking, pm25, temperature
from layers.base import Layer
from layers.published import published

LAYERS: tuple[Layer, ...] = (
    buildings.LAYER,
    camera_views.LAYER,
    parking.LAYER,
    pm25.LAYER,
    temperature.LAYER,
    cameras.LAYER,
    incidents.LAYER,
)

PUBLIC: tuple[Layer, ...] = tuple(published(layer) for layer in LAYERS if layer.public is not None)
