# fails: open
# What was altered opens as an empty text: somebody will go on with it.

# %% task="open"
def open_envelope(private_key, envelope, header):
    for wrapped in envelope[0]:
        try:
            return decrypt(unwrap_key(private_key, wrapped), envelope[1], header)
        except ValueError:
            continue
    return b""
