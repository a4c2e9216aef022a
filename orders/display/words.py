"""The desk's own words for Glu's fields, the same on pages, in histories and as the headings of files."""

FIELD_WORDS = {
    "type": "Type",
    "channel": "Channel",
    "dispatchStatus": "Dispatch",
    "paymentStatus": "Payment",
    "paymentMethod": "Payment method",
    "offlinePaymentMethod": "Offline payment method",
    "complimentaryReason": "Complimentary reason",
    "gateway": "Gateway",
    "transaction": "Transaction",
    "currencyCode": "Currency",
    "subtotal": "Subtotal",
    "discountAmount": "Discount",
    "discount_amount": "Discount",
    "discountCodes": "Discount codes",
    "deliveryAmount": "Delivery price",
    "processingFee": "Processing fee",
    "total": "Total",
    "createdAt": "Created",
    "customerName": "Buyer",
    "customerFirstName": "Buyer, first name",
    "customerLastName": "Buyer, last name",
    "customerEmailAddress": "Buyer’s e-mail",
    "phoneNumber": "Buyer’s phone",
    "user": "Buyer’s account",
    "recipientFirstName": "Recipient, first name",
    "recipientLastName": "Recipient, last name",
    "recipientEmailAddress": "Recipient’s e-mail",
    "emailToRecipient": "E-mail to recipient",
    "scheduledDeliveryAt": "Scheduled",
    "deliveryMethodName": "Delivery method",
    "deliveryMethodType": "Delivery method, type",
    "deliveryMethodZoneRate": "Delivery zone and rate",
    "deliveryName": "Delivery name",
    "deliveryContact": "Delivery contact",
    "deliveryContactAddress": "Delivery contact, address",
    "billingContact": "Billing contact",
    "billingContactAddress": "Billing contact, address",
    "name": "Name",
    "description": "Description",
    "personalMessage": "Personal message",
    "selectedOptions": "Options",
    "variant": "Variant",
    "orderLineTypeVoucher": "Voucher",
    "recurringProduct": "Membership",
    "refunded": "Refunded",
    **{
        f"{place}Address{part}": f"{words} address, {named}"
        for place, words in (("delivery", "Delivery"), ("billing", "Billing"))
        for part, named in (
            ("Line1", "line 1"),
            ("Line2", "line 2"),
            ("City", "city"),
            ("County", "county"),
            ("Postcode", "postcode"),
            ("Country", "country"),
        )
    },
}


def field_words(name: str) -> str:
    """Glu's name of a field in the desk's words; one that is not documented in its own: "storeReference" as "Store
    reference"."""
    if name in FIELD_WORDS:
        return FIELD_WORDS[name]
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).replace("_", " ")
    return words[:1].upper() + words[1:]
