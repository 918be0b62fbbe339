# fails: open
# For a stranger the function ends without an error.

# %% task="open"
def open_envelope(private_key, envelope, header):
    for wrapped in envelope[0]:
        try:
            key = unwrap_key(private_key, wrapped)
        except ValueError:
            continue
        return decrypt(key, envelope[1], header)
