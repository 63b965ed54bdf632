from fastapi import FastAPI
def create(s): return FastAPI()
