"""Device dialects: topic and bytes to facts, one pure file each; DECODERS is the one list that registers them."""

from functools import lru_cache

from data_access.decoders import chirpstack, native, ngsi_ld, things_stack
from data_access.decoders.base import DecodeError, Decoder, matches

__all__ = ["DECODERS", "DecodeError", "Decoder", "decoder_for", "matches"]

DECODERS: tuple[Decoder, ...] = (native.DECODER, ngsi_ld.DECODER, things_stack.DECODER, chirpstack.DECODER)


@lru_cache(maxsize=16_384)  # a busy city's topics; bounded, since anyone may invent more
def decoder_for(topic: str) -> Decoder | None:
    """The decoder that reads this topic; None where nobody does."""
    return next((decoder for decoder in DECODERS if decoder.reads(topic)), None)
