"""Amounts: ``excl_vat`` and ``incl_vat`` of 2.2.1, ``before_taxes`` and a list of taxes in 2.3.0.

The only tax that 2.2.1 knows is VAT, so one tax of that name and nothing but an amount is another spelling;
names, rates, account numbers and the split between several taxes have no place there.
"""

from ocn.conversion.changes import Report, pointer_to
from ocn.conversion.context import Context
from ocn.conversion.exact import minus, number_at, plus
from ocn.conversion.objects import JsonObject
from ocn.conversion.refusals import ConversionRefused
from ocn.conversion.shapes import rename

VAT = "VAT"


def price_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Price: the difference of the two amounts becomes the one tax."""
    result = dict(value)
    rename(result, report, "excl_vat", "before_taxes")
    gross = result.pop("incl_vat", None)
    if gross is not None:
        if "taxes" in result:
            report.dropped("/taxes", "no member of 2.2.1; incl_vat takes its place")
        net = number_at(result.get("before_taxes"), "/excl_vat")
        tax = minus(number_at(gross, "/incl_vat"), net, "/incl_vat")
        result["taxes"] = [{"name": VAT, "amount": tax}]
    return result


def price_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Price: all taxes are added up; what 2.2.1 cannot say about them is reported."""
    result = dict(value)
    rename(result, report, "before_taxes", "excl_vat")
    taxes = result.pop("taxes", None)
    if taxes is None or taxes == []:
        return result
    if type(taxes) is not list:
        raise ConversionRefused("not a list, and an amount has to be computed from it", "/taxes")
    gross = number_at(result.get("excl_vat"), "/before_taxes")
    for index, tax in enumerate(taxes):
        pointer = f"/taxes/{index}"
        if type(tax) is not dict:
            raise ConversionRefused("not an object, and an amount has to be computed from it", pointer)
        gross = plus(gross, number_at(tax.get("amount"), f"{pointer}/amount"), f"{pointer}/amount")
        if len(taxes) == 1:
            _report_details(tax, report, pointer)
    if len(taxes) > 1:
        report.dropped("/taxes", f"{len(taxes)} taxes become one amount including them")
    if "incl_vat" in result:
        report.dropped("/incl_vat", "no member of 2.3.0; the sum of the taxes takes its place")
    result["incl_vat"] = gross
    return result


def limit_from_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """Price to PriceLimit: both amounts stand for themselves."""
    result = dict(value)
    rename(result, report, "excl_vat", "before_taxes")
    rename(result, report, "incl_vat", "after_taxes")
    return result


def limit_to_2_2_1(value: JsonObject, report: Report, _context: Context) -> JsonObject:
    """PriceLimit to Price: both amounts stand for themselves."""
    result = dict(value)
    rename(result, report, "before_taxes", "excl_vat")
    rename(result, report, "after_taxes", "incl_vat")
    return result


def _report_details(tax: JsonObject, report: Report, pointer: str) -> None:
    for name, value in tax.items():
        if name == "amount" or (name == "name" and value == VAT) or value is None:
            continue
        report.dropped(pointer + pointer_to(name), "2.2.1 has one tax, VAT, and its amount only")
    if "name" not in tax:
        report.dropped(pointer, "a tax without a name can only be read as VAT")
