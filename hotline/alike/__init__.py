"""The same matter recognised: look-alikes, what others reported too, and topics that many people report."""
