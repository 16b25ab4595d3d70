"""From a cart to a parcel: placing, paying, cancelling, shipping."""
