from allauth.mfa.adapter import DefaultMFAAdapter

from cpa_portal.kernel.encryption import decrypt, encrypt


class MFAAdapter(DefaultMFAAdapter):
    """Seeds of the second factor are stored encrypted: who reads the table cannot make codes."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)
