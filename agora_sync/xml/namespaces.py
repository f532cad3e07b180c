"""Namespaces and names of the standards that the exchange stands on."""

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
XML = "http://www.w3.org/XML/1998/namespace"

AGORA = "urn:cpa:agora:1"
AGORA_FAULTS = "urn:cpa:agora:faultcodes"
VI_FAULTS = "urn:iops:vi:faultcodes"

# WS-Security SAML token profile 1.1, §3.3: how a header points at a SAML 2.0 assertion.
SAML_TOKEN_TYPE = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0"  # noqa: S105 — a type name
SAML_ID_TYPE = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


def soap(name: str) -> str:
    return f"{{{SOAP}}}{name}"


def wsse(name: str) -> str:
    return f"{{{WSSE}}}{name}"


def saml(name: str) -> str:
    return f"{{{SAML}}}{name}"


def ds(name: str) -> str:
    return f"{{{DS}}}{name}"


def agora(name: str) -> str:
    return f"{{{AGORA}}}{name}"
