/* What instructions_of.h defined, forgotten. */
#undef TOGETHER
#undef PACKED_OF
#undef PACKED
#undef PACK
#undef SQRT_V
#undef FMA
#undef MINUS_PRODUCT_MINUS
#undef SCALE
